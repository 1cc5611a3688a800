import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { RunlessApp } from "../../adapters/server/http.ts";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, startServer } from "../server.ts";
import { blockNamed } from "./markdown.ts";
import { blocksRunBy } from "./plan.ts";
import { loadFunction, newTypeScriptFolder, typeErrorsIn, type Wrapped } from "./run-typescript.ts";

const folder = newTypeScriptFolder();

const theApi = 'docs/typescript.md: import { checkEvaluation, materialization, RunlessInstance } from "runless";';
const theCore = 'docs/typescript.md: import { safeParseReport } from "runless/core";';
const theRules = 'docs/typescript.md: import { parseDefinitions } from "runless/core/definitions";';
const ownStore = 'docs/stores.md: import { createApp } from "runless/http";';
const aGroup = 'docs/stores.md: import { open } from "node:fs/promises";';
const theSuite = 'docs/stores.md: import { describe, test } from "node:test";';
const aWait = 'docs/waiting.md: import { RunlessClient } from "runless/client";';
const aServer = 'docs/typescript.md: import { createApp } from "runless/http";';

/** What each block uses and does not declare. */
const blocks: Readonly<Record<string, Wrapped>> = {
  [theApi]: { after: "return { latest, records, cursor, hasMore };" },
  [aWait]: { after: "return answer;" },
  [theCore]: { parameters: "request: Request, console: { log(...values: unknown[]): void }" },
  [theRules]: { parameters: "console: { log(...values: unknown[]): void }" },
  [ownStore]: {
    replace: {
      "./json-lines-log.ts": relative(folder, join(import.meta.dir, "../../examples/own-store/json-lines-log.ts")),
      "fetch: app.fetch,": "fetch: app.fetch, close: () => log.close(),",
      "events.jsonl": join(folder, "events.jsonl"),
    },
  },
  [aGroup]: { replace: { "lines.log": join(folder, "lines.log") }, after: "return lengths;" },
  // node:test can't register tests while one of another runner runs.
  [theSuite]: {
    before: 'import type { TestRunner } from "runless/storage/testing";',
    parameters: "{ describe, test }: TestRunner",
    replace: { 'import { describe, test } from "node:test";': "" },
  },
  [aServer]: { replace: { "file:runless.db": `file:${join(folder, "own.db")}` } },
};

const functions = new Map<string, (...args: unknown[]) => Promise<unknown>>();
let server: RunningServer;
beforeAll(async () => {
  server = await startServer("bun");
  for (const [i, [name, wrapped]] of Object.entries(blocks).entries()) {
    const replace = { "http://127.0.0.1:3000": server.url, ...wrapped.replace };
    functions.set(name, await loadFunction(folder, `block${i}`, blockNamed(name).code, { ...wrapped, replace }));
  }
}, 30_000);
afterAll(() => server.stop());

/** Runs the block of that name. */
const run = (name: string, ...args: unknown[]): Promise<unknown> => {
  const block = functions.get(name);
  if (block === undefined) throw new Error(`${name} was not loaded.`);
  return block(...args);
};

test("every block of TypeScript has its case here", () => {
  expect(Object.keys(blocks).sort()).toEqual([...blocksRunBy("typescript")]);
});

test("the blocks' types are right, as strictly as ours are checked", async () => {
  expect(await typeErrorsIn(folder)).toBe("");
}, 60_000);

test("the block about waiting waits", async () => {
  const waiting = run(aWait);
  const report = (path: string) => fetch(`${server.url}${path}`, { method: "POST" });
  await report("/report_asset_materialization/raw/orders?partition=2026-11-29");
  const check = { partition: "2026-11-29", check_name: "no_nulls", passed: true };
  const headers = { "content-type": "application/json" };
  await fetch(`${server.url}/report_asset_check/raw/orders`, { method: "POST", headers, body: JSON.stringify(check) });
  expect(await waiting).toEqual({ satisfied: true });
});

test("the block about the instance and the client reports and reads back", async () => {
  const before = process.env.RUNLESS_DATABASE_URL;
  process.env.RUNLESS_DATABASE_URL = `file:${join(folder, "instance.db")}`;
  const read = await run(theApi);
  if (before === undefined) delete process.env.RUNLESS_DATABASE_URL;
  else process.env.RUNLESS_DATABASE_URL = before;
  expect(read).toMatchObject({
    latest: undefined,
    records: [{ assetKey: ["warehouse", "orders"], metadata: { rows: { type: "int", rawValue: 5 } } }],
    hasMore: false,
  });
  expect(await eventsOf(server.url, ["warehouse", "orders"])).toMatchObject([
    { type: "ASSET_CHECK_EVALUATION", check_name: "no_nulls", passed: true },
  ]);
});

test("the block about a server of your own refuses names that others may point at it", async () => {
  const app = (await run(aServer)) as RunlessApp & { readonly hostname: string };
  const ask = async (host: string) =>
    (await app.fetch(new Request("http://127.0.0.1/api/v1/assets", { headers: { host } }))).status;
  expect(await Promise.all(["evil.example", "127.0.0.1:3000", "localhost:3000"].map(ask))).toEqual([403, 200, 200]);
  expect(app.hostname).toBe("127.0.0.1");
  expect(existsSync(join(folder, "own.db"))).toBe(true);
});

test("the block about rules finds an asset that is late", async () => {
  const states: unknown[] = [];
  await run(theRules, { log: (state: unknown) => states.push(state) });
  expect(states).toEqual(["FAIL"]);
});

test("the block about a store of your own records in its file", async () => {
  const app = (await run(ownStore)) as RunlessApp & { readonly close: () => Promise<void> };
  const report = new Request("http://127.0.0.1/report_asset_materialization/a", { method: "POST" });
  expect((await app.fetch(report)).status).toBe(200);
  expect(await Bun.file(join(folder, "events.jsonl")).text()).toContain("ASSET_MATERIALIZATION");
  await app.close();
});

test("the block about group commit writes what came together, in its order", async () => {
  expect(await run(aGroup)).toEqual([4, 6]);
  expect(await Bun.file(join(folder, "lines.log")).text()).toBe("one\nthree\n");
});

test("the block about the suite declares the tests of all three contracts, which pass", async () => {
  const suites: string[] = [];
  const tests: (() => Promise<void>)[] = [];
  await run(theSuite, {
    describe: (name: string, body: () => void) => {
      suites.push(name);
      body();
    },
    test: (_: string, body: () => Promise<void>) => tests.push(body),
  });
  expect(suites).toContain("idempotency keys");
  expect(suites).toContain("pruning");
  for (const name of ["my tokens", "my definitions", "my watching"]) expect(suites).toContain(name);
  expect(tests.length).toBeGreaterThan(150);
  for (const body of [...tests.slice(0, 20), ...tests.slice(-50)]) await body();
}, 60_000);

describe("the block about the core", () => {
  const post = (path: string, body: string | undefined, type = "application/json") => {
    const init = body === undefined ? {} : { body, headers: { "content-type": type } };
    return new Request(`https://example.com${path}`, { method: "POST", ...init });
  };
  /** What it logs of a request. */
  const logged = async (request: Request): Promise<readonly unknown[]> => {
    const values: unknown[] = [];
    await run(theCore, request, { log: (...args: unknown[]) => values.push(...args) });
    return values;
  };

  test.each([
    ["/report_asset_materialization/s3/orders", '{"metadata": {"rows": 5}}', "report_asset_materialization"],
    ["/report_asset_observation/s3/orders?data_version=v2", undefined, "report_asset_observation"],
    ["/report_asset_check/s3/orders", '{"check_name": "c", "passed": true}', "report_asset_check"],
  ])("reads a report to %s", async (path, body, endpoint) => {
    expect(await logged(post(path, body))).toEqual([endpoint, ["s3", "orders"]]);
  });

  test.each([
    ["JSON that is cut off", post("/report_asset_materialization/a", '{"metadata":'), "malformed_json"],
    [
      "a form",
      post("/report_asset_materialization/a", "a=b", "application/x-www-form-urlencoded"),
      "unhandled_content_type",
    ],
    ["an address of something else", post("/api/v1/events", "{}"), "unknown_endpoint"],
  ])("says what is wrong with %s", async (_, request, code) => {
    expect(await logged(request)).toEqual([code, expect.any(String)]);
  });
});
