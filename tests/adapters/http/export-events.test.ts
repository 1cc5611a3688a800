import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { defaultLimits } from "../../../adapters/limits.ts";
import { formatEvent, type RecordedEvent } from "../../../core/index.ts";
import { createMemoryEventLog, type EventLog, EventLogError } from "../../../storage/index.ts";
import { recordedEvent } from "../../core/arbitraries.ts";
import { linesOf, materializationOf, memory, type NativeApp, nativeApp, noon } from "./native.ts";

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

/** What a log holds, without what belongs to the log itself. */
async function contentOf({ log }: NativeApp): Promise<readonly string[]> {
  const { events } = await log.query({}, { limit: 100_000, order: "asc" });
  const plain = (event: RecordedEvent) => formatEvent({ ...event, id: 0, receivedAt: 0 });
  return events.filter(({ type }) => type !== "ASSET_WIPED").map(plain);
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

describe("an export that is imported", () => {
  test("is the log it came from, and a second import repeats nothing", async () => {
    const events = fc.sample(recordedEvent, { numRuns: 200, seed: 7 });
    const units = events.flatMap(({ id, receivedAt, ...event }, i) =>
      event.type === "ASSET_WIPED" ? [] : [[{ event, idempotencyKey: i % 3 === 0 ? `k${i}` : undefined }]],
    );
    // Years from now, because random timestamps are.
    const now = () => 8.64e15;
    const log = createMemoryEventLog({ now: () => noon });
    await log.append(units);
    const source = nativeApp({ log, now });
    const target = nativeApp({ now });
    const lines = await source.exportLines();
    const count = lines.trimEnd().split("\n").length;
    expect(count).toBeGreaterThan(50);

    expect(await target.postLines(lines)).toMatchObject({ body: { received: count, recorded: count, failed: 0 } });
    expect(await contentOf(target)).toEqual(await contentOf(source));
    expect(await target.postLines(lines)).toMatchObject({ body: { recorded: 0, duplicates: count, failed: 0 } });
    expect(await target.postLines(await target.exportLines())).toMatchObject({ body: { duplicates: count } });
  });

  test("repeats nothing in the log itself, whether or not its events had keys and timestamps", async () => {
    const { post, postLines, exportLines, log } = nativeApp();
    await post([
      materializationOf("a"),
      materializationOf("a", { idempotency_key: "k" }),
      materializationOf("a", { timestamp: 1 }),
      materializationOf("a", { timestamp: 1, idempotency_key: "l" }),
    ]);
    expect(await postLines(await exportLines())).toMatchObject({ body: { recorded: 0, duplicates: 4, failed: 0 } });
    expect(await log.get(5)).toBeUndefined();
  });

  test("from two logs neither repeats nor drops", async () => {
    const sources = [nativeApp(), nativeApp()];
    for (const { post } of sources) await post([materializationOf("same"), materializationOf("same")]);
    const target = nativeApp();
    const exports = await Promise.all(sources.map(({ exportLines }) => exportLines()));
    for (const lines of [...exports, ...exports]) await target.postLines(lines);
    expect(await contentOf(target)).toHaveLength(4);
    // Nor by way of a third log.
    const last = nativeApp();
    for (const lines of [await target.exportLines(), ...exports]) await last.postLines(lines);
    expect(await contentOf(last)).toHaveLength(4);
  });

  test("skips the traces of wipes, and says how many", async () => {
    const { post, ask, exportLines } = nativeApp();
    await post([materializationOf("a"), materializationOf("b")]);
    await ask("assets?asset_key=a", { method: "DELETE" });
    const lines = await exportLines();
    expect(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).type),
    ).toEqual(["ASSET_MATERIALIZATION", "ASSET_WIPED"]);
    const target = nativeApp();
    expect((await target.postLines(lines)).body).toMatchObject({ received: 2, recorded: 1, failed: 0, skipped: 1 });
  });
});
