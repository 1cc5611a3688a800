import { beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

const repository = join(import.meta.dir, "../..");
const bun = `PATH=${join(repository, "node_modules/.bin")}:${process.env.PATH}`;
const app = temporaryFolder();
const run = (...command: string[]) => runTool("env", [`--chdir=${app}`, bun, ...command]);

beforeAll(async () => {
  // What is packed was built before the tests ran.
  const pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", app];
  const archive = (await runTool("npm", [...pack, repository])).trim();
  writeFileSync(join(app, "package.json"), '{"private": true, "type": "module"}');
  await run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", `./${archive}`);
}, 180_000);

test("the packed package has the command, for npx and bunx, on Node and Bun", async () => {
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

test.each(["bun", "node"])(
  "the packed package gives %s all that it exports",
  async (runtime) => {
    writeFileSync(
      join(app, "all.js"),
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
    expect(await run(runtime, "all.js")).toBe("true true false\n");
  },
  30_000,
);

test.each(["bun", "node"])(
  "the packed package serves its pages on %s, with all that they load",
  async (runtime) => {
    writeFileSync(
      join(app, "pages.js"),
      `import { createApp } from "runless/http";
    import { openEventLog } from "runless/storage";
    const log = await openEventLog({ url: ":memory:" });
    const app = createApp({ log });
    for (const seconds of [1, 2]) {
      const query = new URLSearchParams({ metadata: JSON.stringify({ seconds }) });
      await app.request("/report_asset_materialization/a?" + query, { method: "POST" });
    }
    const html = await (await app.request("/assets/a")).text();
    const files = Array.from(html.matchAll(/"(\\/static\\/[^"]+)"/g), ([, path]) => path);
    for (const path of files) console.log(path.split("/").at(-1), (await app.request(path)).status);
    await log.close();`,
    );
    const files = ["style.css", "page.js", "uPlot.js", "plots.js"];
    expect(await run(runtime, "pages.js")).toBe(files.map((file) => `${file} 200\n`).join(""));
  },
  30_000,
);
