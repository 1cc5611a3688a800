import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { commands } from "../../../adapters/cli/commands.ts";
import { temporaryFolder } from "../../server.ts";
import { newServer, patience, runCli } from "./run-cli.ts";

setDefaultTimeout(patience);

const dist = new URL("../../../dist/", import.meta.url).href;
const recorder = new URL("record-modules.mjs", import.meta.url).pathname;

/** The modules that the built command loads on Node: files below dist/, the names of packages, and Node's own. */
async function modulesOf(args: readonly string[], env: Readonly<Record<string, string>>) {
  const file = join(temporaryFolder(), "modules");
  const NODE_OPTIONS = `--import=${recorder}`;
  const { exitCode } = await runCli(args, {
    runtime: "node",
    env: { ...env, NODE_OPTIONS, RUNLESS_TEST_MODULES: file },
  });
  expect(exitCode).toBe(0);
  const urls = [...new Set(readFileSync(file, "utf8").trim().split("\n"))];
  const packageOf = (url: string) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  return {
    files: urls.filter((url) => url.startsWith(dist)).map((url) => url.slice(dist.length)),
    packages: [...new Set(urls.flatMap((url) => packageOf(url) ?? []))].sort(),
    nodes: urls.filter((url) => url.startsWith("node:")),
  };
}

const overHttp = [
  ["report", "a", "--metadata", "rows=5"],
  ["report-observation", "a"],
  ["report-check", "a", "--check-name", "c", "--passed"],
  ["exec", "a", "--", "true"],
  ["events"],
  ["wait", "a", "--partition", "p"],
];

test.each([["--help"], ...overHttp])("runless %s loads neither the server nor a store", async (...args) => {
  const { env, stop, server } = await newServer();
  await fetch(`${server.url}/report_asset_materialization/a?partition=p`, { method: "POST" });
  const { files, packages, nodes } = await modulesOf(args, env);
  await stop();
  expect(files.length).toBeGreaterThan(2);
  expect(files.filter((file) => /^(storage\/libsql|adapters\/(http|web|server))\//.test(file))).toEqual(
    args[0] === "--help" ? [] : ["storage/libsql/file/database-file.js"],
  );
  const light = ["@commander-js/extra-typings", "commander", "valibot"];
  expect(packages.filter((name) => !light.includes(name))).toEqual([]);
  // What Node's fetch is made of takes more to load than all of ours.
  expect(nodes.filter((name) => name.includes("undici"))).toEqual([]);
});

test("a command loads no other command", async () => {
  const { env, stop } = await newServer();
  const { files } = await modulesOf(["report", "a"], env);
  await stop();
  const names = new Set(commands.map(({ name }) => `${name}.js`));
  const loaded = files.filter((file) => file.startsWith("adapters/cli/") && names.has(basename(file)));
  expect(loaded).toEqual(["adapters/cli/reporting/report.js"]);
});

test("every command has the name that it is listed under", async () => {
  const loaded = await Promise.all(commands.map(async ({ load }) => (await load()).name()));
  expect(loaded).toEqual(commands.map(({ name }) => name));
});
