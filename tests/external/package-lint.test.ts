import { beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { packPackage } from "./packed.ts";

let archive: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  archive = new Uint8Array(readFileSync(await packPackage()));
}, 60_000);

test("publint finds nothing wrong with the packed package", async () => {
  expect((await publint({ pack: { tarball: archive.buffer }, strict: true })).messages).toEqual([]);
}, 60_000);

test("arethetypeswrong finds nothing wrong with its types, for whoever imports it as a module", async () => {
  const { types, problems } = { problems: [], ...(await checkPackage(createPackageFromTarballData(archive))) };
  expect(types).toEqual({ kind: "included" });
  // There is no CommonJS in it, and Node before 10.16 knows no "exports": nobody is promised either.
  const expected = (problem: (typeof problems)[number]) =>
    problem.kind === "CJSResolvesToESM" || ("resolutionKind" in problem && problem.resolutionKind === "node10");
  expect(problems.filter((problem) => !expected(problem))).toEqual([]);
}, 60_000);
