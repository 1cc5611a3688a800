/**
 * Prints how the code is laid out: files and lines, imports between folders, those that run back up, and how deep the
 * entry points reach. `npm run structure -- --rev v0.1.0` prints a commit beside the work tree.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import {
  arrowsBackUp,
  arrowsOf,
  circlesOf,
  depthOf,
  filesOf,
  folderCirclesOf,
  folders,
  importsOf,
  isOurs,
} from "./imports.ts";

const here = join(import.meta.dir, "../..");
const { rev } = parseArgs({ options: { rev: { type: "string" } } }).values;

type Measures = Readonly<Record<string, string | number>>;

function measure(root: string): Measures {
  const files = folders.flatMap((folder) => filesOf(root, folder));
  const lines = files
    .map((file) => readFileSync(join(root, file), "utf8").split("\n").length - 1)
    .sort((a, b) => a - b);
  const imports = folders.flatMap((folder) => importsOf(root, folder)).filter(isOurs);
  const arrows = arrowsOf(imports);
  const perFolder = Map.groupBy(files, dirname);
  const sizes = [...perFolder.values()].map((found) => found.length);
  const at = (part: number) => lines[Math.min(lines.length - 1, Math.floor(lines.length * part))] ?? 0;
  const importers = new Map<string, number>();
  for (const { target } of imports) importers.set(target, (importers.get(target) ?? 0) + 1);
  return {
    files: files.length,
    lines: lines.reduce((sum, count) => sum + count, 0),
    "lines a file: median": at(0.5),
    "lines a file: p90": at(0.9),
    "lines a file: most": at(1),
    "files of at most 30 lines": lines.filter((count) => count <= 30).length,
    "of which one file imports": files.filter((file) => importers.get(file) === 1).length,
    folders: perFolder.size,
    "files in the fullest folder": Math.max(...sizes),
    "folders of more than 15 files": sizes.filter((size) => size > 15).length,
    "arrows between folders": arrows.length,
    "of which run back up": arrowsBackUp(arrows).length,
    "circles of folders": folderCirclesOf(arrows).length,
    "circles of files": circlesOf(imports).length,
    ...Object.fromEntries(
      ["adapters/bun.ts", "adapters/node.ts"]
        .filter((entry) => existsSync(join(root, entry)))
        .map((entry) => [`files deep from ${entry}`, depthOf(imports, entry)]),
    ),
  };
}

function measureRevision(revision: string): Measures {
  const folder = mkdtempSync(join(tmpdir(), "runless-structure-"));
  try {
    const archive = execFileSync("git", ["archive", revision, ...folders], { cwd: here, maxBuffer: 1 << 28 });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
    return measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const now = measure(here);
const before = rev === undefined ? undefined : measureRevision(rev);
for (const [name, value] of Object.entries(now)) {
  console.log(
    [
      name.padEnd(32),
      String(before?.[name] ?? "").padStart(before === undefined ? 0 : 8),
      String(value).padStart(8),
    ].join(" "),
  );
}
