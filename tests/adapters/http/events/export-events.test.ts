import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { defaultLimits } from "../../../../adapters/config/limits.ts";
import { formatEvent, materialization } from "../../../../core/index.ts";
import { type EventLog, EventLogError, openLibsqlEventLog } from "../../../../storage/index.ts";
import { temporaryFolder } from "../../../server.ts";
import { linesOf, materializationOf, memory, type NativeApp, nativeApp, noon } from "../native.ts";

const idsOf = (lines: string): number[] =>
  lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);

async function filled(count: number, log: EventLog = memory()): Promise<NativeApp> {
  const app = nativeApp({ log });
  const events = Array.from({ length: count }, (_, i) => materializationOf(`k${i % 3}`, { partition: String(i) }));
  await app.postLines(linesOf(...events));
  return app;
}

describe("GET /api/v1/events with Accept: application/x-ndjson", () => {
  test("gives all that match, oldest first unless order=desc", async () => {
    const { exportLines } = await filled(2500);
    expect(idsOf(await exportLines())).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1));
    expect(idsOf(await exportLines("order=desc&limit=2"))).toEqual([2500, 2499]);
    expect(idsOf(await exportLines("asset_key=k1&limit=3"))).toEqual([2, 5, 8]);
    expect(idsOf(await exportLines("after=3&before=6"))).toEqual([4, 5]);
    expect(await exportLines("asset_key=nobody")).toBe("");
  });

  test.each([
    ["lines", "application/x-ndjson"],
    ["lines", "Application/X-NDJSON; charset=utf-8"],
    ["lines", "application/x-ndjson, */*"],
    ["lines", "application/json, application/x-ndjson"],
    ["lines", "application/json;q=0.1, application/x-ndjson;q=0.2"],
    ["lines", "text/html, application/x-ndjson;q=0.5, */*;q=0.1"],
    ["a page", undefined],
    ["a page", "*/*"],
    ["a page", "application/*"],
    ["a page", "application/json"],
    ["a page", "text/html"],
    ["a page", "application/x-ndjson;q=0.1, application/json"],
    ["a page", "application/x-ndjson;q=0.1, */*;q=0.5"],
    ["a page", "application/json, application/x-ndjson;q=0"],
    ["a page", "application/x-ndjson;q=0"],
  ])("is %s to whoever accepts %p", async (what, accept) => {
    const response = await nativeApp().request("events", accept === undefined ? {} : { headers: { accept } });
    expect(response.headers.get("content-type")).toBe(what === "lines" ? "application/x-ndjson" : "application/json");
    await response.body?.cancel();
  });

  test("writes each event as an answer does, with its idempotency key or <log_id>/<id>", async () => {
    const { exportLines, post, log } = nativeApp();
    await post([materializationOf("a", { idempotency_key: "k", metadata: { n: 1 } }), materializationOf("b")]);
    const [first, second] = (await exportLines()).split("\n");
    const event = await log.get(1);
    expect(first).toBe(`${event && formatEvent(event).slice(0, -1)},"idempotency_key":"k"}`);
    expect(JSON.parse(second ?? "")).toMatchObject({ id: 2, idempotency_key: `${await log.id()}/2` });
  });

  test("ends with what was the newest event at its start", async () => {
    const app = await filled(1500);
    const response = await app.request("events", { headers: { accept: "application/x-ndjson" } });
    await app.post(materializationOf("late"));
    expect(idsOf(await response.text())).toHaveLength(1500);
  });

  test("reads the log no further than the client has read", async () => {
    const log = memory();
    await filled(5000, log);
    let pages = 0;
    const query: EventLog["query"] = (filter, page) => {
      pages++;
      return log.query(filter, page);
    };
    const response = await nativeApp({ log: { ...log, query } }).request("events", {
      headers: { accept: "application/x-ndjson" },
    });
    expect(pages).toBeLessThanOrEqual(2); // the newest id, and the first page
    const before = pages;
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    expect(pages).toBeLessThanOrEqual(before + 1);
    await reader?.cancel();
  });

  test("has constant memory, however many events there are", async () => {
    const app = await filled(1);
    const event = { ...materialization("a", { partition: "2026-11-23" }), timestamp: noon, receivedAt: noon };
    let last = 0;
    // A log without end.
    const query: EventLog["query"] = async (_, { limit, order }) => {
      if (order === "desc") return app.log.query({}, { limit, order });
      const events = Array.from({ length: limit }, () => ({ ...event, id: ++last }));
      return { events, cursor: String(last), hasMore: true, idempotencyKeys: new Map() };
    };
    const response = await nativeApp({ log: { ...app.log, query } }).request("events", {
      headers: { accept: "application/x-ndjson" },
    });
    const reader = response.body?.getReader();
    const bytesOf = async (pages: number) => {
      let bytes = 0;
      for (let i = 0; i < pages; i++) bytes += (await reader?.read())?.value?.byteLength ?? 0;
      return bytes;
    };
    await bytesOf(50);
    Bun.gc(true);
    const before = process.memoryUsage().heapUsed;
    const exported = await bytesOf(500);
    Bun.gc(true);
    expect(exported).toBeGreaterThan(1e8);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(exported / 10);
    await reader?.cancel();
  }, 30_000);

  test("is no long read transaction: the WAL is checkpointed while the client reads nothing", async () => {
    const url = `file:${join(temporaryFolder(), "runless.db")}`;
    const log = await openLibsqlEventLog({ url });
    const app = await filled(2000, log);
    const response = await app.request("events", { headers: { accept: "application/x-ndjson" } });
    const reader = response.body?.getReader();
    await reader?.read();
    await app.post(materializationOf("later"));
    const other = createClient({ url, concurrency: 1 });
    const { rows } = await other.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    expect(rows[0]).toMatchObject({ busy: 0, log: 0 });
    other.close();
    await reader?.cancel();
    await log.close();
  });

  test("takes shorter pages of larger events", async () => {
    const log = memory();
    const app = nativeApp({ log, config: { limits: { ...defaultLimits, bodyBytes: 1e6 } } });
    const large = materializationOf("a", { description: "x".repeat(50_000) });
    await app.postLines(linesOf(...Array.from({ length: 300 }, () => large)));
    const response = await app.request("events", { headers: { accept: "application/x-ndjson" } });
    const sizes: number[] = [];
    for await (const chunk of response.body ?? []) sizes.push(chunk.byteLength);
    expect(sizes.length).toBeGreaterThan(8);
    expect(Math.max(...sizes.slice(1))).toBeLessThan(1.1 * 2 ** 20);
  });

  test("breaks off where the log fails midway, so that a part is not taken for the whole", async () => {
    const log = memory();
    await filled(3000, log);
    let pages = 0;
    const query: EventLog["query"] = (filter, page) =>
      ++pages > 3 ? Promise.reject(new EventLogError("unavailable", "Gone.")) : log.query(filter, page);
    const response = await nativeApp({ log: { ...log, query } }).request("events", {
      headers: { accept: "application/x-ndjson" },
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("Gone.");
  });

  test("answers 503 where the log fails before the first line", async () => {
    const query = () => Promise.reject(new EventLogError("unavailable", "Gone."));
    const { ask } = nativeApp({ log: { ...memory(), query } });
    expect(await ask("events", { headers: { accept: "application/x-ndjson" } })).toMatchObject({
      status: 503,
      body: { error: "Gone." },
    });
  });

  test.each(["cursor=1-a", "limit=0", "colour=red", "limit=1&limit=2", "order=up"])("refuses %p", async (query) => {
    const { ask } = nativeApp();
    const answer = await ask(`events?${query}`, { headers: { accept: "application/x-ndjson" } });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/parameter "?(\w+)/) } });
  });
});
