import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram, temporaryFolder } from "../server.ts";
import { newProject, type Project, packPackage } from "./packed.ts";
import { runTool } from "./run-tool.ts";
import { brokenIn, everyPage, pagesEnv, reportForPages, visitPages } from "./visit-pages.ts";

const ownTypes = join(import.meta.dir, "../../node_modules/@types");

let archive: string;
let app: Project;
beforeAll(async () => {
  archive = await packPackage();
  app = await newProject(archive);
}, 180_000);

test("the packed package has the command, for npx and bunx, on Node and Bun", async () => {
  const { run } = app;
  const report = ["--no-install", "runless", "report", "a/b"];
  expect(await run("npx", ...report, "--create")).toBe("Recorded as event 1 in file:runless.db.\n");
  expect(await run("bunx", ...report)).toBe("Recorded as event 2 in file:runless.db.\n");
  for (const command of [
    ["npx", "--no-install"],
    ["bunx", "--bun", "--no-install"],
  ]) {
    expect(await run(...command, "runless", "assets")).toMatch(/^ASSET .+\na\/b +2026-\S+ \S+Z? .*2/s);
  }
}, 120_000);

test("the packed package has the command for every folder, where npm installs it for all", async () => {
  const prefix = temporaryFolder();
  await app.run("npm", "install", "-g", "--prefix", prefix, "--silent", "--no-audit", "--no-fund", archive);
  const path = `PATH=${join(prefix, "bin")}:${app.path}`;
  const elsewhere = [`--chdir=${temporaryFolder()}`, path, `XDG_CONFIG_HOME=${prefix}`, "runless"];
  const report = [...elsewhere, "report", "a/b", "--create"];
  expect(await runTool("env", report)).toBe("Recorded as event 1 in file:runless.db.\n");
  expect(await runTool("env", [...elsewhere, "assets"])).toContain("a/b");
}, 120_000);

test.each<[string, ...string[]]>([["bun"], ["node"], ["deno", "run", "--no-prompt", "--allow-all"]])(
  "the packed package gives %s all that it exports, with the threads that a file needs",
  async (runtime, ...args) => {
    app.write(
      "all.js",
      `import { materialization, RunlessInstance } from "runless";
    import { RunlessClient } from "runless/client";
    import { parseReportRequest } from "runless/core";
    import { indexDefinitions, parseDefinitions } from "runless/core/definitions";
    import { evaluateFreshness } from "runless/core/freshness";
    import { createApp } from "runless/http";
    import { openEventLog } from "runless/storage";
    const log = await openEventLog({ url: "file:${runtime}.db" });
    const app = createApp({ log, config: { limits: { bodyBytes: 1000 } } });
    const event = parseReportRequest("/report_asset_materialization/a", {}, undefined);
    const client = new RunlessClient({ url: "http://x", fetch: (url, init) => app.fetch(new Request(url, init)) });
    await client.reportRunlessAssetEvent(event);
    await new RunlessInstance(log).reportRunlessAssetEvent(materialization("b"));
    console.log(await client.hasAssetKey("a"), await client.hasAssetKey("b"), await client.hasAssetKey("c"));
    const yaml = "assets: [{ key: a, freshness: { type: cron, deadline_cron: 0 6 * * *, lower_bound_delta: 6h } }]";
    const { freshness } = indexDefinitions(parseDefinitions(yaml)).definitionFor(["a"]);
    console.log(evaluateFreshness(freshness, { lastAt: null, definedAt: null, now: Date.now() }).state);
    await log.close();`,
    );
    expect(await app.run(runtime, ...args, "all.js")).toBe("true true false\nFAIL\n");
  },
  30_000,
);

const typed = `import { type AssetMaterialization, materialization, RunlessInstance } from "runless";
  import { RunlessClient } from "runless/client";
  import { parseReportRequest } from "runless/core";
  import { type Definition, parseDefinitions } from "runless/core/definitions";
  import { evaluateFreshness, expectedPartitions } from "runless/core/freshness";
  import { createApp } from "runless/http";
  import { openEventLog } from "runless/storage";
  const event: AssetMaterialization = parseReportRequest("/report_asset_materialization/a", {}, undefined);
  const definitions: readonly Definition[] = parseDefinitions("assets: []");
  // @ts-expect-error a key is no number, which only somebody with types knows
  materialization(1);
  export { createApp, definitions, evaluateFreshness, event, expectedPartitions, openEventLog, RunlessClient, RunlessInstance };`;

/** What a project may know of its platform: browsers, as by default, or a runtime by its types, or both. */
const platforms: Readonly<Record<string, readonly string[]>> = {
  "of browsers": ["--types", ""],
  "of Node": ["--types", "node", "--lib", "es2022"],
  "of browsers and Node": ["--types", "node", "--lib", "es2022,dom"],
};
const resolutions = ["nodenext", "bundler"] as const;

/** Checks the types of a program and of all that it imports, and answers the packages that these come from. */
async function typePackages(program: string, resolution: (typeof resolutions)[number], ...options: readonly string[]) {
  app.write("typed.ts", program);
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022", "--listFiles"];
  const modules = ["--module", resolution === "bundler" ? "esnext" : resolution, "--moduleResolution", resolution];
  const files = await app.run("tsc", ...strict, ...modules, "--typeRoots", ownTypes, ...options, "typed.ts");
  const named = files.matchAll(/\/node_modules\/(?!typescript|@typescript|@types|undici-types)((?:@[^/]+\/)?[^/]+)/g);
  return new Set(Array.from(named, ([, name]) => name));
}

describe.each([...resolutions])(
  "the packed package has types without an error in any of them, by the rules of %s",
  (rules) => {
    test.each(Object.entries(platforms))(
      "in a strict project with the types %s",
      async (_, options) => {
        await typePackages(typed, rules, ...options);
      },
      30_000,
    );

    test.each(["core", "core/definitions", "core/freshness", "storage"])(
      "of runless/%s in a strict project that knows of no platform",
      async (entry) => {
        const packages = await typePackages(
          `export * from "runless/${entry}";`,
          rules,
          "--types",
          "",
          "--lib",
          "es2022",
        );
        expect([...packages]).toEqual(["runless"]);
      },
      30_000,
    );
  },
);

test.each([
  ["", []],
  ["/client", []],
  ["/core", []],
  ["/core/definitions", []],
  ["/core/freshness", []],
  ["/storage", []],
  ["/http", ["prom-client"]], // whose registry Metrics gives
])(
  "the types of runless%s are its own",
  async (entry, others) => {
    const packages = await typePackages(`export * from "runless${entry}";`, "nodenext", "--types", "");
    expect([...packages].sort()).toEqual([...others, "runless"].sort());
  },
  30_000,
);

test("the packed package has its types for Deno", async () => {
  app.write("typed.ts", typed);
  await app.run("deno", "check", "typed.ts");
}, 60_000);

test.each<[string, ...string[]]>([["bun"], ["node"], ["deno", "run", "--no-prompt", "--allow-all"]])(
  "the packed package serves every page on %s, and everything that its pages name",
  async (runtime, ...args) => {
    const command = [...args, "node_modules/runless/dist/adapters/cli/runless.js", "serve", "--port", "0"];
    const database = ["--database-url", `file:pages-${runtime}.db`];
    const env = { ...pagesEnv, PATH: app.path };
    const server = await startProgram(runtime, [...command, ...database], { cwd: app.folder, env });
    await reportForPages(server.url);
    const visited = await visitPages(server.url);
    await server.stop();
    expect(visited).toMatchObject(everyPage);
    expect(brokenIn(visited)).toEqual([]);
  },
  60_000,
);

test.each(["hono/app.ts", "bun-server/server.ts"])(
  "the packed package runs the example %s, which imports it by its name",
  async (example) => {
    const name = `example-${example.replace("/", "-")}`;
    app.write(name, readFileSync(join(import.meta.dir, "../../examples", example), "utf8"));
    const env = { PORT: "0", PATH: app.path, RUNLESS_DATABASE_URL: `file:${name}.db` };
    const server = await startProgram("bun", [name], { cwd: app.folder, env });
    const path = example.startsWith("hono") ? "/teams/a/report_asset_materialization/a/b" : "/report_asset_check/a/b";
    const answer = await fetch(`${server.url}${path}?check_name=c&passed=true`, { method: "POST" });
    expect(answer.status).toBe(200);
    await server.stop();
  },
  30_000,
);
