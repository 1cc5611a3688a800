import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { anybody } from "../../../../adapters/http/access/caller.ts";
import type { Forwarder } from "../../../../adapters/http/forwarder.ts";
import { createRequestThread, type RequestThreadOptions } from "../../../../adapters/server/thread/request-thread.ts";
import { openedFile } from "../../../../storage/libsql/file/opened-file.ts";
import { type LibsqlStores, openLibsqlStores } from "../../../../storage/libsql/libsql-stores.ts";
import { defined } from "../../../../storage/testing/definition-store/harness.ts";
import { Follower } from "../../../../storage/testing/watch-store/follower.ts";
import { temporaryFolder } from "../../../server.ts";
import { config, linesOf, materializationOf } from "../../http/native.ts";
import { allRoutes, exampleRequest } from "../../http/route-examples.ts";
import { type TestApp, testApp } from "../../http/test-app.ts";

type Log = LibsqlStores["log"];

const url = `file:${join(temporaryFolder(), "runless.db")}`;
const closing = new AbortController();
let log: Log;
let definitions: LibsqlStores["definitions"];
let stores: LibsqlStores;

function threadFor(options: Partial<RequestThreadOptions> = {}): Forwarder {
  return createRequestThread({
    url,
    authToken: undefined,
    opened: openedFile(options.url ?? url),
    limits: config.limits,
    logLevel: "error",
    append: log.appendEncoded,
    wipe: log.wipe,
    replaceDefinitions: definitions.replaceEncoded,
    onDamage: () => {},
    closing: closing.signal,
    ...options,
  });
}

beforeAll(async () => {
  stores = await openLibsqlStores({ url });
  ({ log, definitions } = stores);
  const freshness = { type: "time_window", fail_window: "1h" };
  await definitions.replace("team-a", defined({ key: "s3/orders", group: "finance", freshness }));
});
afterAll(async () => {
  closing.abort();
  await log.close();
});

describe("a request thread", () => {
  let here: TestApp;
  let there: TestApp;
  const now = () => Date.UTC(2030, 0, 1);
  beforeAll(async () => {
    const { watching } = stores;
    here = testApp({ log, definitions, watching, config, now });
    there = testApp({ log, definitions, watching, config, now, forwarder: threadFor() });
    const lines = linesOf(
      materializationOf("s3/orders", { partition: "2026-11-23", metadata: { rows: 5 }, idempotency_key: "k" }),
      { type: "ASSET_CHECK_EVALUATION", asset_key: "s3/orders", check_name: "c", passed: false },
    );
    const init = { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: lines };
    expect(await (await there.request("/api/v1/events", init)).json()).toMatchObject({ received: 2, recorded: 2 });
    const follower = new Follower(stores, { now: Date.now() });
    await follower.take();
    await follower.follow(null, Date.now() + 2 * 3_600_000);
  });

  const reads = allRoutes.filter((route) => route.startsWith("GET ") && !/metrics|ready|stream/.test(route));
  test.each(reads)("answers %s as this thread would", async (route) => {
    const [mine, theirs] = [await here.fetch(exampleRequest(route)), await there.fetch(exampleRequest(route))];
    expect(theirs.status).toBe(mine.status);
    expect(Object.fromEntries(theirs.headers)).toEqual(Object.fromEntries(mine.headers));
    // How long ago something was is told by a clock that only this thread can be given.
    const plain = async (answer: Response) =>
      (await answer.text()).replace(/<time.*?<\/time>|\d+ (\w+ )?ago|data-[\w-]+="\d+"/g, "");
    if (!route.includes("GET /assets") && !["GET /", "GET /checks"].includes(route)) {
      expect(await plain(theirs)).toBe(await plain(mine));
    }
  });

  test("records an array and a report that are large, as this thread would", async () => {
    const padding = "x".repeat(70_000);
    const headers = { "content-type": "application/json" };
    const report = (app: TestApp, path: string, body: unknown) =>
      app.request(path, { method: "POST", headers, body: JSON.stringify(body) });
    const array = [materializationOf("large/a", { description: padding }), materializationOf("large/b")];
    const answer = await report(there, "/api/v1/events", array);
    expect([answer.status, await answer.json()]).toMatchObject([200, { recorded: 2, duplicates: 0 }]);
    expect((await report(there, "/report_asset_observation/large/c", { description: padding })).status).toBe(200);
    const wrong = await report(there, "/report_asset_observation/large/c", { description: padding, partition: 1 });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("partition")]);
    const { events } = await log.query({ prefix: ["large"] }, { order: "asc", limit: 10 });
    expect(events.map(({ assetKey, description }) => [assetKey[1], description?.length])).toEqual([
      ["a", 70_000],
      ["b", undefined],
      ["c", 70_000],
    ]);
  });

  test("streams what is recorded, and what was before", async () => {
    const response = await there.request("/api/v1/events/stream?after=0");
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("event: ASSET_CHECK_EVALUATION")) {
      text += new TextDecoder().decode((await reader?.read())?.value);
    }
    await reader?.cancel();
    expect(text).toStartWith("retry: 1000\nid: 0\nevent: position");
  });
});

describe("a request thread that fails", () => {
  const script = new URL("../broken-thread.ts", import.meta.url);
  const ask = (thread: Forwarder, path: string) =>
    thread.answer(new Request(`http://localhost/${path}`), { caller: anybody, recheck: async () => {} });

  test.each(["exit", "throw", "stuck"])(
    "(%s) is replaced, and what it was asked is a 503 that says so",
    async (path) => {
      const thread = threadFor({ script, pingInterval: 100 });
      await ask(thread, "fine");
      const asked = [ask(thread, "silent"), ask(thread, path)];
      for (const answer of asked) answer.catch(() => {}); // all are looked at below, one by one
      for (const answer of asked) {
        await expect(answer).rejects.toMatchObject({
          status: 503,
          message: expect.stringContaining("Another takes its place: send the request again."),
          headers: { "retry-after": "1", connection: "close" },
        });
      }
      expect((await ask(thread, "fine")).status).toBe(200);
    },
  );

  test("takes no other request with it that has a thread of its own", async () => {
    const thread = threadFor({ script, pingInterval: 100 });
    const alone = (path: string) =>
      thread.answerAlone(new Request(`http://localhost/${path}`), { caller: anybody, recheck: async () => {} });
    const shared = await (await ask(thread, "fine")).text();
    const [failed, answered] = await Promise.allSettled([alone("exit"), alone("fine")]);
    expect(failed).toMatchObject({ status: "rejected", reason: { status: 503 } });
    expect(answered.status === "fulfilled" && (await answered.value.text())).not.toBe(shared);
    expect(await (await ask(thread, "fine")).text()).toBe(shared);
  });

  test("is not taken for stuck while it answers pings", async () => {
    const thread = threadFor({ script, pingInterval: 100 });
    await ask(thread, "fine");
    let settled = false;
    void ask(thread, "silent").catch(() => {
      settled = true;
    });
    const started = performance.now();
    while (performance.now() - started < 20 * 100) expect((await ask(thread, "fine")).status).toBe(200);
    expect(settled).toBe(false);
  });

  test("is asked for no more than so many answers at once", async () => {
    const thread = threadFor({ script });
    const asked = Array.from({ length: 1000 }, () => ask(thread, "silent"));
    for (const answer of asked) answer.catch(() => {});
    await expect(ask(thread, "fine")).rejects.toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    await expect(ask(thread, "exit")).rejects.toMatchObject({ status: 503 });
  });

  test("does not open a file that came into the place of the server's", async () => {
    const thread = threadFor({ opened: { name: "/nowhere", path: "/nowhere", identity: { dev: 0, ino: 0 } } });
    await expect(ask(thread, "health")).rejects.toMatchObject({
      message: expect.stringContaining("moved or replaced"),
    });
  });

  test("answers that its database can't be opened", async () => {
    const thread = threadFor({ url: "file:/nowhere/at/all.db" });
    await expect(ask(thread, "health")).rejects.toMatchObject({ message: expect.stringContaining("can't be opened") });
  });
});
