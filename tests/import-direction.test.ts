import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "..");
/** Each may import itself and those before it. */
const folders = ["core", "storage", "adapters"] as const;
type Folder = (typeof folders)[number];

/** Within adapters likewise. The entry points lie beside the folders: commands start them. */
const adapterFolders = ["config", "api", "client", "http", "web", "server", "entry points", "cli"];

/** Within storage: what the folders may not import, since each kind of log stands by itself. */
const apart: Readonly<Record<string, RegExp>> = {
  "storage/group-commit/": /^storage\/(memory|libsql)\//,
  "storage/memory/": /^storage\/(group-commit|libsql)\//,
  "storage/libsql/": /^storage\/memory\//,
  "storage/libsql/write/": /^storage\/libsql\/(read|file|remote|maintenance)\//,
};

const packages: Readonly<Record<Folder, RegExp>> = {
  core: /^valibot$/,
  // fast-check: in storage/testing/ alone, see below.
  storage: /^(valibot|drizzle-orm(\/.+)?|@libsql\/client(\/.+)?|libsql(\/promise)?|fast-check|node:.+)$/,
  adapters:
    /^(valibot|@commander-js\/extra-typings|hono(\/.+)?|hono-openapi|prom-client|@logtape\/logtape|@valibot\/to-json-schema|@hono\/node-server|markdown-it|node:.+)$/,
};

interface Import {
  readonly file: string;
  /** A file of ours by its path, or a package by its name. */
  readonly target: string;
}

const statement = /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(folder: Folder): readonly Import[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => {
      const file = join(folder, name);
      return Array.from(readFileSync(join(root, file), "utf8").matchAll(statement), (match) => {
        const from = match[1] ?? match[2] ?? match[3] ?? "";
        return { file, target: from.startsWith(".") ? relative(root, join(root, dirname(file), from)) : from };
      });
    });
}

const all = folders.flatMap((folder) => importsOf(folder));
const isOurs = ({ target }: Import) => folders.some((folder) => target.startsWith(`${folder}/`));

describe.each([...folders])("%s", (folder) => {
  const imports = all.filter(({ file }) => file.startsWith(`${folder}/`));

  test("imports only itself and the folders before it", () => {
    expect(imports.length).toBeGreaterThan(0);
    const allowed = folders.slice(0, folders.indexOf(folder) + 1);
    const wrong = imports.filter(isOurs).filter(({ target }) => !allowed.some((name) => target.startsWith(`${name}/`)));
    expect(wrong).toEqual([]);
  });

  test("imports no package but those it is meant to need", () => {
    expect(imports.filter((one) => !isOurs(one) && !packages[folder].test(one.target))).toEqual([]);
  });
});

test("within adapters no import runs back up", () => {
  const place = (file: string): number => {
    const [, name = "", ...rest] = file.split("/");
    return adapterFolders.indexOf(rest.length === 0 ? "entry points" : name);
  };
  const imports = all.filter(({ file, target }) => file.startsWith("adapters/") && target.startsWith("adapters/"));
  expect(imports.filter(({ file, target }) => place(file) === -1 || place(target) > place(file))).toEqual([]);
});

test("within storage each kind of log stands by itself", () => {
  for (const [folder, others] of Object.entries(apart)) {
    const imports = all.filter(({ file }) => file.startsWith(folder));
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter(({ target }) => others.test(target))).toEqual([]);
  }
});

test("the suite for stores is imported by nothing else, and nothing else imports what it needs", () => {
  const isOfSuite = (path: string) => path.startsWith("storage/testing/");
  expect(all.filter(({ file, target }) => isOfSuite(target) && !isOfSuite(file))).toEqual([]);
  const imports = all.filter(({ target }) => target === "fast-check");
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(({ file }) => !isOfSuite(file))).toEqual([]);
});

test("no files import each other in a circle", () => {
  const targets = Map.groupBy(all.filter(isOurs), ({ file }) => file);
  const done = new Set<string>();
  const circles: (readonly string[])[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
    if (way.includes(file) || done.has(file)) return;
    for (const { target } of targets.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
