import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

/** A Deno that says where it is, and what it was told. */
function fakeDeno(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "deno");
  writeFileSync(file, `#!/bin/sh\necho "${name}: $*"\n`);
  chmodSync(file, 0o755);
}

/** A clone with nothing in it but the script; `path` is in front of where npm and Node are. */
function clone(path: string) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: packageJson.scripts }));
  const own = (process.env.PATH ?? "").split(":").filter((part) => !part.includes("node_modules/.bin"));
  const start = () => {
    const command = ["npm", "run", "--silent", "start:deno", "--", "--port", "0"];
    return runTool("env", [`--chdir=${folder}`, `PATH=${[path, ...own].join(":")}`, ...command]);
  };
  return { start, own: join(folder, "tests/external/node_modules/.bin") };
}

describe("npm run start:deno", () => {
  test("starts the Deno on the path", async () => {
    const path = temporaryFolder();
    const { start, own } = clone(path);
    fakeDeno(path, "on the path");
    fakeDeno(own, "of the tests");
    expect(await start()).toMatch(/^on the path: run --no-prompt .* adapters\/deno\.ts --port 0\n$/);
  }, 30_000);

  test("starts that of the external tests where there is no other", async () => {
    const { start, own } = clone(temporaryFolder());
    fakeDeno(own, "of the tests");
    expect(await start()).toMatch(/^of the tests: run --no-prompt .* adapters\/deno\.ts --port 0\n$/);
  }, 30_000);

  test("says how to get one where there is none", async () => {
    const { start } = clone(temporaryFolder());
    await expect(start()).rejects.toThrow(/There is no Deno: install it \(https:\S+\), or npm run install:external\./);
  }, 30_000);
});
