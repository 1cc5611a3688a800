import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { blockNamed } from "../docs/markdown.ts";
import { blocksRunBy } from "../docs/plan.ts";
import { runShell, type ShellCase } from "../docs/run-shell.ts";
import { walkEvents } from "../read-events.ts";
import { denoArgs, type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { installPython, python } from "./python.ts";
import { runTool } from "./run-tool.ts";

const orders = { asset_key: ["warehouse", "orders"] };
const observation = '{"type": "ASSET_OBSERVATION", "asset_key": "from/a/file"}';

const commands: Readonly<Record<string, ShellCase>> = {
  "README.md: curl -X POST http://127.0.0.1:3000/report_asset_materialization/warehouse/orders \\": {
    check: ({ output, recorded }) => {
      expect(recorded).toMatchObject([
        { ...orders, partition: "2026-11-23", data_version: "v1", metadata: { rows: { raw_value: 5 } } },
        { ...orders, type: "ASSET_OBSERVATION", data_version: "v2" },
        { ...orders, type: "ASSET_CHECK_EVALUATION", check_name: "no_nulls", passed: true },
      ]);
      expect(output).toMatch(/^\{\}\{\}\{\}\{"asset_key":.*\}\{"events":\[.*\}$/);
    },
  },
  "docs/reading.md: curl -N http://127.0.0.1:3000/api/v1/events/stream                  # id, event (its type), data; `position` says where it is":
    {
      before: "meanwhile() { curl -s -X POST $URL/report_asset_observation/seen/by/stream; }",
      endless: { "curl -N http://127.0.0.1:3000/api/v1/events/stream": "seen.,.by.,.stream" },
      check: async ({ output, folder, recorded }) => {
        expect(output).toMatch(/^data: \{"id":/);
        const lines = (await Bun.file(join(folder, "events.ndjson")).text()).trimEnd().split("\n");
        expect(lines.map((line) => JSON.parse(line)).slice(-recorded.length)).toMatchObject([...recorded]);
      },
    },
  "docs/reporting.md: curl -X POST http://127.0.0.1:3000/report_asset_materialization/warehouse/orders -H 'Idempotency-Key: nightly-2026-11-23'":
    { check: ({ recorded }) => expect(recorded).toMatchObject([orders]) },
  "docs/reporting.md: curl http://127.0.0.1:3000/api/v1/events -H 'content-type: application/json' \\": {
    files: { "events.ndjson": `${observation}\n${observation}\n` },
    check: ({ recorded }) => {
      const partitions = ["2026-11-22", "2026-11-23", null, null];
      expect(recorded).toMatchObject(partitions.map((partition) => ({ partition })));
    },
  },
  'docs/reporting.md: printf \'%s\\n\' \'{"type": "ASSET_OBSERVATION", "asset_key": "a"}\' \'{"type": "ASSET_OBSERVATION"}\' > lines.ndjson':
    {
      exitCode: 1,
      check: ({ errors, recorded }) => {
        expect(errors).toContain("'line': 2");
        expect(recorded).toMatchObject([{ asset_key: ["a"] }]);
      },
    },
};

const standardLibrary = { ...orders, partition: "2026-11-23", metadata: { rows: { raw_value: 5 } } };
/** What each block in Python records. */
const programs: Readonly<Record<string, readonly object[]>> = {
  "README.md: import json, urllib.request": [standardLibrary],
  "docs/reporting.md: import json, urllib.request": [standardLibrary],
  "docs/reporting.md: import requests": [{ ...orders, timestamp: "2026-11-23T05:50:00.000Z" }],
};

const tokens =
  "docs/security.md: TOKEN=$(runless token create --name ci --scope report --prefix s3/orders --expires 90d)";
const onDeno =
  "docs/deploying.md: deno run --no-prompt --allow-net --allow-read=. --allow-write=. --allow-env=RUNLESS_*,LIBSQL_JS_DEV,LOG_TOKENS,LOG_STREAM \\";

let server: RunningServer;
beforeAll(async () => {
  await installPython();
  server = await startServer("bun");
}, 180_000);
afterAll(() => server.stop());

test("every block that needs curl, Python or Deno has its case here", () => {
  const cases = [...Object.keys(commands), ...Object.keys(programs), tokens, onDeno];
  expect(cases.sort()).toEqual([...blocksRunBy("external")]);
});

describe("the manual's commands report and read:", () => {
  test.each(Object.keys(commands))(
    "%s",
    async (name) => {
      const given = commands[name];
      if (given === undefined) throw new Error("test.each gave another name.");
      await given.check?.(await runShell(blockNamed(name), given, { folder: temporaryFolder(), url: server.url }));
    },
    30_000,
  );

  test(tokens, async () => {
    // The token is made in the database that the server has open: runless.db in the folder of both.
    const folder = temporaryFolder();
    const open = await startServer("bun", { databaseUrl: `file:${join(folder, "runless.db")}` });
    // Once there is a token, nobody reads without one.
    const { output } = await runShell(blockNamed(tokens), {}, { folder, url: open.url, events: async () => [] });
    expect(output).toMatch(/^\{\}.*^ci +report +s3\/orders .*^Revoked ci\.$/ms);
    await open.stop();
  }, 30_000);
});

describe("the manual's blocks in Python report:", () => {
  test.each(Object.entries(programs))(
    "%s",
    async (name, expected) => {
      const before = await Array.fromAsync(walkEvents(server.url));
      await runTool(python, ["-c", blockNamed(name).code.replaceAll("http://127.0.0.1:3000", server.url)]);
      expect((await Array.fromAsync(walkEvents(server.url))).slice(before.length)).toMatchObject([...expected]);
    },
    30_000,
  );
});

test("the manual's command for Deno is that of npm run start:deno, with which the tests on Deno start", () => {
  expect(blockNamed(onDeno).code.replaceAll("\\\n", " ").trim().split(/\s+/)).toEqual(["deno", ...denoArgs]);
});
