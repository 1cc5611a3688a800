import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { filesOf, folders } from "./structure/imports.ts";
import { unusedExports } from "./structure/unused-exports.ts";

const root = join(import.meta.dir, "..");

test("nothing is exported that no other file imports, a test at least", () => {
  const sources = folders.flatMap((folder) => filesOf(root, folder));
  const tests = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:tsx?|mjs)$/.test(name) && !name.includes("node_modules"))
    .map((name) => join("tests", name));
  expect([sources.length > 300, tests.length > 200]).toEqual([true, true]);
  expect(unusedExports(root, sources, [...sources, ...tests])).toEqual([]);
  // Without the tests there are some: the search does find what is unused.
  expect(unusedExports(root, sources, sources)).not.toEqual([]);
});
