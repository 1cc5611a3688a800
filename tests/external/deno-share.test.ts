import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { programs, temporaryFolder } from "../server.ts";
import { denoName, sharedTests } from "./deno-share.ts";
import { runTool } from "./run-tool.ts";

/** The names of all tests over these runtimes, with those of what they are in. None of them is run. */
async function testNames(runtimes: string): Promise<readonly string[]> {
  const report = join(temporaryFolder(), "report.xml");
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  const none = ["--test-name-pattern", "no test has this name"];
  const command = [programs.bun, "test", ...sharedTests, ...none, ...reporter];
  // It fails, since nothing ran.
  const repository = `--chdir=${join(import.meta.dir, "../..")}`;
  await runTool("env", [repository, `RUNLESS_TEST_RUNTIMES=${runtimes}`, ...command]).catch(() => "");
  const cases = readFileSync(report, "utf8").matchAll(/<testcase name="([^"]*)" classname="([^"]*)"/g);
  // Some name a temporary folder.
  return Array.from(cases, ([, name, parents]) => `${parents} ${name}`.replace(/runless-\w{6}/, "folder")).sort();
}

test("what npm test leaves out are the tests that name Deno, which npm run test:external runs", async () => {
  const all = await testNames("bun,node,deno");
  const there = await testNames("bun,node");
  const here = (await testNames("deno")).filter((name) => denoName.test(name));
  expect(there.filter((name) => denoName.test(name))).toEqual([]);
  expect(all.filter((name) => !there.includes(name) && !here.includes(name))).toEqual([]);
  expect(there.length + here.length).toBeGreaterThanOrEqual(all.length);
  expect(here.length).toBeGreaterThan(500);
  expect(packageJson.scripts.test).toContain(sharedTests.join(" ").replace("=", "='"));
}, 120_000);
