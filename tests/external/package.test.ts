import { beforeAll, expect, test } from "bun:test";
import { startProgram } from "../server.ts";
import { newProject, type Project, packPackage } from "./packed.ts";
import { brokenIn, everyPage, pagesEnv, reportForPages, visitPages } from "./visit-pages.ts";

let app: Project;
beforeAll(async () => {
  app = await newProject(await packPackage());
}, 180_000);

test("the packed package has the command, for npx and bunx, on Node and Bun", async () => {
  const { run } = app;
  expect(await run("npx", "--no-install", "runless", "report", "a/b", "--metadata", "rows=5")).toBe(
    "Recorded as event 1.\n",
  );
  expect(await run("bunx", "--no-install", "runless", "report", "a/b")).toBe("Recorded as event 2.\n");
  for (const command of [
    ["npx", "--no-install"],
    ["bunx", "--bun", "--no-install"],
  ]) {
    expect(await run(...command, "runless", "assets")).toMatch(/^ASSET .+\na\/b +2026-\S+ \S+Z? .*2/s);
  }
}, 120_000);

test.each<[string, ...string[]]>([["bun"], ["node"], ["deno", "run", "--no-prompt", "--allow-all"]])(
  "the packed package gives %s all that it exports, with the threads that a file needs",
  async (runtime, ...args) => {
    app.write(
      "all.js",
      `import { materialization, RunlessInstance } from "runless";
    import { RunlessClient } from "runless/client";
    import { parseReportRequest } from "runless/core";
    import { createApp } from "runless/http";
    import { openEventLog } from "runless/storage";
    const log = await openEventLog({ url: "file:${runtime}.db" });
    const app = createApp({ log, config: { limits: { bodyBytes: 1000 } } });
    const event = parseReportRequest("/report_asset_materialization/a", {}, undefined);
    const client = new RunlessClient({ url: "http://x", fetch: (url, init) => app.fetch(new Request(url, init)) });
    await client.reportRunlessAssetEvent(event);
    await new RunlessInstance(log).reportRunlessAssetEvent(materialization("b"));
    console.log(await client.hasAssetKey("a"), await client.hasAssetKey("b"), await client.hasAssetKey("c"));
    await log.close();`,
    );
    expect(await app.run(runtime, ...args, "all.js")).toBe("true true false\n");
  },
  30_000,
);

const typed = `import { type AssetMaterialization, materialization, RunlessInstance } from "runless";
  import { RunlessClient } from "runless/client";
  import { parseReportRequest } from "runless/core";
  import { createApp } from "runless/http";
  import { openEventLog } from "runless/storage";
  const event: AssetMaterialization = parseReportRequest("/report_asset_materialization/a", {}, undefined);
  // @ts-expect-error a key is no number, which only somebody with types knows
  materialization(1);
  export { createApp, event, openEventLog, RunlessClient, RunlessInstance };`;

test("the packed package has its types for TypeScript, by the rules of Node and of bundlers", async () => {
  app.write("typed.ts", typed);
  for (const resolution of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const [module = "", moduleResolution = ""] = resolution;
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2024", "--types", ""];
    await app.run("tsc", ...options, "--module", module, "--moduleResolution", moduleResolution, "typed.ts");
  }
}, 60_000);

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
