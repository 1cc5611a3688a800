import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import * as v from "valibot";

const root = join(import.meta.dir, "..");
const read = <Schema extends v.GenericSchema>(schema: Schema, file: string) =>
  v.parse(schema, JSON.parse(readFileSync(join(root, file), "utf8")));

describe("the published package", () => {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const output = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [{ files }] = v.parse(
    v.tuple([v.object({ files: v.array(v.object({ path: v.string() })) })]),
    JSON.parse(output),
  );
  const paths = files.map(({ path }) => path);

  test("holds what is built and what says how to use it, and nothing else", () => {
    const built = /^dist\/(core|storage|adapters)\/[\w/-]+\.(js|d\.ts)$/;
    const texts = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", ...filesIn("docs", ".md")];
    const pictures = new Set(texts.flatMap(linkedFrom).filter((path) => path.endsWith(".webp")));
    const examples = filesIn("examples").filter((path) => !path.includes("node_modules"));
    const others = [...texts, ...pictures, ...examples, "dist/adapters/web/browser/style.css", "package.json"];
    expect(paths.filter((path) => !built.test(path)).sort()).toEqual(others.sort());
    expect([pictures.size > 5, examples.length > 20]).toEqual([true, true]);
  });

  test("holds all that its pages link to and show", () => {
    const pages = paths.filter((path) => path.endsWith(".md"));
    const linked = pages.flatMap((page) => linkedFrom(page).map((path) => `${page}: ${path}`));
    expect([pages.length > 25, linked.length > 50]).toEqual([true, true]);
    expect(linked.filter((link) => !paths.includes(link.replace(/^.*: /, "")))).toEqual([]);
  });

  test("holds what browsers get as it lies in the sources, and no other script of theirs", () => {
    const folder = "adapters/web/browser";
    const names = readdirSync(join(root, folder)).sort();
    const packed = paths.filter((path) => path.startsWith(`dist/${folder}/`)).map((path) => basename(path));
    // What the server imports too has types.
    expect(packed.filter((name) => !name.endsWith(".d.ts")).sort()).toEqual(names);
    for (const name of names) {
      const [source, built] = [folder, `dist/${folder}`].map((path) => readFileSync(join(root, path, name), "utf8"));
      expect(built).toBe(source ?? "");
    }
  });

  test("holds every file that its entries name, and a program to run", () => {
    const entries = v.object({
      bin: v.record(v.string(), v.string()),
      exports: v.record(v.string(), v.record(v.string(), v.string())),
    });
    const { bin, exports } = read(entries, "package.json");
    const named = [...Object.values(bin), ...Object.values(exports).flatMap((entry) => Object.values(entry))];
    expect(named.length).toBeGreaterThan(5);
    expect(named.map((path) => path.replace(/^\.\//, "")).filter((path) => !paths.includes(path))).toEqual([]);
    expect(readFileSync(join(root, Object.values(bin)[0] ?? ""), "utf8")).toStartWith("#!/usr/bin/env node\n");
  });
});

describe("whoever reads how to get the command", () => {
  const files = ["README.md", "SECURITY.md", ...filesIn("docs", ".md"), ...filesIn("adapters", ".tsx")];
  const texts = files.map((file) => [file, readFileSync(join(root, file), "utf8")] as const);

  test("is never told to run a package that nobody has registered", () => {
    expect(texts.length).toBeGreaterThan(20);
    const fetched = /^.*\b(?:npx|bunx|npm install(?: -g)?|npm:) ?runless\b(?!-).*$/gm;
    expect(texts.flatMap(([file, text]) => (text.match(fetched) ?? []).map((line) => [file, line]))).toEqual([]);
  });

  test("finds the archive that npm pack makes", () => {
    const { name, version } = read(v.object({ name: v.string(), version: v.string() }), "package.json");
    const archives = texts.flatMap(([, text]) => text.match(/runless-[\d.]+tgz/g) ?? []);
    expect(archives.length).toBeGreaterThan(2);
    expect([...new Set(archives)]).toEqual([`${name}-${version}.tgz`]);
  });
});

/** The files of a folder, as paths below the repository. */
function filesIn(folder: string, ending = ""): readonly string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending));
  return files.map(({ parentPath, name }) => join(relative(root, parentPath), name));
}

/** The files of this package that a page links to or shows. */
function linkedFrom(page: string): readonly string[] {
  const text = readFileSync(join(root, page), "utf8");
  const links = Array.from(text.matchAll(/(?:\]\(|(?:src|srcset|href)=")([^)"\s#]+)/g), ([, link = ""]) => link);
  return links.filter((link) => !/^\w+:/.test(link)).map((link) => join(dirname(page), link));
}

describe("what is installed with the package", () => {
  const entry = v.object({
    version: v.optional(v.string()),
    license: v.optional(v.string()),
    dev: v.optional(v.boolean()),
    resolved: v.optional(v.string()),
    hasInstallScript: v.optional(v.boolean()),
  });
  const lockfile = v.object({ packages: v.record(v.string(), entry) });
  const { packages } = read(lockfile, "package-lock.json");
  const production = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);

  test("has a licence that lets everybody use it, each package of it", () => {
    const allowed = ["MIT", "MIT-0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "PSF-2.0"];
    const licenceOf = (path: string, license: string | undefined) => {
      const file = join(path, "package.json");
      return existsSync(join(root, file)) ? read(v.object({ license: v.string() }), file).license : license;
    };
    const other = production.map(([path, { license }]) => [path, licenceOf(path, license)]);
    expect(production.length).toBeGreaterThan(20);
    expect(other.filter(([, license]) => !allowed.includes(license ?? ""))).toEqual([]);
  });

  test.each(["package-lock.json", "tests/external/package-lock.json"])(
    "comes from whatever registry npm is told to use: %s",
    (lock) => {
      const { packages } = read(lockfile, lock);
      expect(Object.keys(packages).length).toBeGreaterThan(50);
      expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    },
  );

  test.each(["", "tests/external/"])(
    "runs no script that %spackage.json has not decided on: npm warns of others",
    (folder) => {
      const { packages } = read(lockfile, `${folder}package-lock.json`);
      const { allowScripts } = read(
        v.object({ allowScripts: v.record(v.string(), v.boolean()) }),
        `${folder}package.json`,
      );
      const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
      const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ""));
      expect(Object.keys(allowScripts).sort()).toEqual([...new Set(names)].sort());
    },
  );

  test.each(["package.json", "tests/external/package.json"])(
    "is named with its exact version where we ask for it: %s",
    (file) => {
      const asked = v.optional(v.record(v.string(), v.string()), {});
      const { dependencies, devDependencies } = read(v.object({ dependencies: asked, devDependencies: asked }), file);
      const all = Object.entries({ ...dependencies, ...devDependencies });
      expect(all.length).toBeGreaterThan(5);
      expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    },
  );
});
