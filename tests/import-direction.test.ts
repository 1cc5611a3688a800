import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  arrowsBackUp,
  arrowsOf,
  circlesOf,
  type Folder,
  folderCirclesOf,
  folders,
  importsOf,
  isOurs,
  placeOf,
} from "./structure/imports.ts";

const root = join(import.meta.dir, "..");

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
    /^(valibot|@commander-js\/extra-typings|hono(\/.+)?|hono-openapi|prom-client|@logtape\/logtape|@valibot\/to-json-schema|@hono\/node-server|markdown-it|yaml|nodemailer|node:.+)$/,
};

/** Within core a package may belong to one folder, which has an entry of its own: `runless/core` stays small. */
const packagesWithinCore: Readonly<Record<string, RegExp>> = {
  "core/freshness/": /^croner$/,
  "core/definitions/": /^yaml$/,
};

const all = folders.flatMap((folder) => importsOf(root, folder));

function isMeantToNeed({ file, target }: (typeof all)[number]): boolean {
  const [folder] = file.split("/");
  const within = Object.entries(packagesWithinCore).find(([start]) => file.startsWith(start));
  return packages[folder as Folder].test(target) || within?.[1].test(target) === true; // all files are of a Folder
}

describe.each([...folders])("%s", (folder) => {
  const imports = all.filter(({ file }) => file.startsWith(`${folder}/`));

  test("imports only itself and the folders before it", () => {
    expect(imports.length).toBeGreaterThan(0);
    const allowed = folders.slice(0, folders.indexOf(folder) + 1);
    const wrong = imports.filter(isOurs).filter(({ target }) => !allowed.some((name) => target.startsWith(`${name}/`)));
    expect(wrong).toEqual([]);
  });

  test("imports no package but those it is meant to need", () => {
    expect(imports.filter((one) => !isOurs(one) && !isMeantToNeed(one))).toEqual([]);
  });
});

test("within core the rest imports no folder with an entry of its own", () => {
  const entries = Object.keys(packagesWithinCore);
  const isWithin = (file: string) =>
    [...entries, "core/waiting/", "core/destinations/"].some((start) => file.startsWith(start));
  const imports = all.filter(({ file }) => file.startsWith("core/"));
  expect(imports.filter(({ file }) => isWithin(file)).length).toBeGreaterThan(0);
  expect(imports.filter(({ file, target }) => !isWithin(file) && isWithin(target))).toEqual([]);
  // Freshness knows nothing of the YAML that definitions are written in.
  const ofFreshness = imports.filter(({ file }) => file.startsWith("core/freshness/"));
  expect(ofFreshness.filter(({ target }) => target.startsWith("core/definitions/"))).toEqual([]);
});

test("within adapters no import runs back up", () => {
  const imports = all.filter(({ file, target }) => file.startsWith("adapters/") && target.startsWith("adapters/"));
  expect(imports.filter(({ file, target }) => placeOf(file) === -1 || placeOf(target) > placeOf(file))).toEqual([]);
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

test("no arrow between two folders runs back up, in any folder", () => {
  expect(arrowsOf(all).length).toBeGreaterThan(0);
  expect(arrowsBackUp(arrowsOf(all))).toEqual([]);
});

test("no folders import each other in a circle, apart from a folder and its subfolders", () => {
  expect(folderCirclesOf(arrowsOf(all))).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(circlesOf(all)).toEqual([]);
});
