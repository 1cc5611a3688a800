import { materialization, observation } from "../../../core/index.ts";
import type { EventFilter, EventLog, PageRequest } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, expectError, readIds, record } from "./harness.ts";

export function pagingContract(declareTest: DeclareTest): void {
  declareTest("pages of any size hold every match once, in either order of ids", async ({ log }) => {
    await recordMany(log, 10);
    for (const limits of [[1], [2], [3], [10], [11], [1_000], [1, 5, 2]]) {
      expect(await readIds(log, {}, { order: "asc", limits })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await readIds(log, {}, { order: "desc", limits })).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    }
  });

  declareTest("the order is that of ids, not of timestamps", async ({ log }) => {
    await record(log, ...[30, 10, 20].map((timestamp) => materialization("a", { timestamp })));
    expect(await readIds(log)).toEqual([1, 2, 3]);
    expect(await readIds(log, {}, { order: "desc" })).toEqual([3, 2, 1]);
  });

  declareTest("an empty log gives an empty page with a null cursor, and no more", async ({ log }) => {
    for (const order of ["asc", "desc"] as const) {
      const { reporters = new Map(), ...page } = await log.query({}, { order, limit: 5 });
      expect(page).toEqual({ events: [], cursor: null, hasMore: false, idempotencyKeys: new Map() });
      expect(reporters).toEqual(new Map());
    }
  });

  declareTest("has_more is false where the page had room for more", async ({ log }) => {
    await recordMany(log, 3);
    const page = await log.query({}, { order: "asc", limit: 4 });
    expect(page.events).toHaveLength(3);
    expect([page.hasMore, typeof page.cursor]).toEqual([false, "string"]);
  });

  declareTest("pages of a filter that finds little among much end, and find it", async ({ log }) => {
    await recordMany(log, 1_000);
    await record(log, observation("rare"));
    await recordMany(log, 1_000);
    for (const order of ["asc", "desc"] as const) {
      expect(await readIds(log, { type: "ASSET_OBSERVATION" }, { order, limits: [1] })).toEqual([1_001]);
      expect(await readIds(log, { assetKey: ["rare"] }, { order, limits: [1] })).toEqual([1_001]);
      expect(await readIds(log, { prefix: ["rare"] }, { order, limits: [2] })).toEqual([1_001]);
    }
  });

  declareTest("newest first, events that arrive between two pages are in neither", async ({ log }) => {
    await recordMany(log, 4);
    const first = await log.query({}, { order: "desc", limit: 2 });
    await recordMany(log, 3);
    expect(first.events.map(({ id }) => id)).toEqual([4, 3]);
    expect(await follow(log, {}, "desc", first.cursor)).toEqual([2, 1]);
  });

  declareTest("oldest first, events that arrive between two pages come at the end", async ({ log }) => {
    await recordMany(log, 4);
    const first = await log.query({}, { order: "asc", limit: 2 });
    await recordMany(log, 3);
    expect(first.events.map(({ id }) => id)).toEqual([1, 2]);
    expect(await follow(log, {}, "asc", first.cursor)).toEqual([3, 4, 5, 6, 7]);
  });

  declareTest("oldest first, the last cursor leads to what arrives later, once", async ({ log }) => {
    await recordMany(log, 3);
    const filter: EventFilter = { type: "ASSET_OBSERVATION" };
    const all = await log.query({}, { order: "asc", limit: 100 });
    const none = await log.query(filter, { order: "asc", limit: 100 });
    expect(await follow(log, {}, "asc", all.cursor)).toEqual([]);
    await record(log, observation("a"), materialization("a"), observation("b"));
    expect(await follow(log, {}, "asc", all.cursor)).toEqual([4, 5, 6]);
    expect(none).toMatchObject({ events: [], hasMore: false });
    expect(await follow(log, filter, "asc", none.cursor)).toEqual([4, 6]);
  });

  declareTest("a page that finds nothing new keeps its place", async ({ log }) => {
    await recordMany(log, 3);
    const first = await log.query({}, { order: "asc", limit: 100 });
    const second = await log.query({}, next("asc", first.cursor));
    expect(second).toMatchObject({ events: [], cursor: first.cursor, hasMore: false });
  });

  declareTest("one cursor leads to the same page each time", async ({ log }) => {
    await recordMany(log, 6);
    const { cursor } = await log.query({}, { order: "asc", limit: 2 });
    const page = await log.query({}, next("asc", cursor, 2));
    expect(page.events.map(({ id }) => id)).toEqual([3, 4]);
    expect(await log.query({}, next("asc", cursor, 2))).toEqual(page);
  });

  declareTest("a cursor and the filters after and before hold together", async ({ log }) => {
    await recordMany(log, 10);
    const filter: EventFilter = { after: 2, before: 9 };
    expect(await readIds(log, filter, { limits: [2] })).toEqual([3, 4, 5, 6, 7, 8]);
    expect(await readIds(log, filter, { order: "desc", limits: [2] })).toEqual([8, 7, 6, 5, 4, 3]);
  });

  declareTest("a cursor with other filters is a bad_cursor", async ({ log }) => {
    await recordMany(log, 4);
    const filter: EventFilter = { assetKey: ["a"], since: 0, after: 0 };
    const { cursor } = await log.query(filter, { order: "asc", limit: 1 });
    const { assetKey: _, ...withoutKey } = filter;
    const others: readonly EventFilter[] = [
      {},
      withoutKey,
      { ...filter, assetKey: ["b"] },
      { ...withoutKey, prefix: ["a"] },
      { ...filter, prefix: ["a"] },
      { ...filter, type: "ASSET_MATERIALIZATION" },
      { ...filter, partition: "" },
      { ...filter, checkName: "" },
      { ...filter, since: 1 },
      { ...filter, until: 0 },
      { ...filter, after: 1 },
      { ...filter, before: 0 },
    ];
    for (const other of others) await expectError("bad_cursor", log.query(other, next("asc", cursor)));
    expect((await log.query({ after: 0, since: 0, assetKey: ["a"] }, next("asc", cursor))).events).toHaveLength(3);
  });

  declareTest("a cursor with the other order is a bad_cursor", async ({ log }) => {
    await recordMany(log, 4);
    const { cursor } = await log.query({}, { order: "asc", limit: 1 });
    await expectError("bad_cursor", log.query({}, next("desc", cursor)));
  });

  declareTest("a cursor that no page gave is a bad_cursor", async ({ log }) => {
    await recordMany(log, 4);
    const { cursor } = await log.query({}, { order: "asc", limit: 1 });
    for (const bad of ["", "1", "-", "1-", "nonsense", "null", "\u0000", ` ${cursor}`, `${cursor} `, "9".repeat(400)]) {
      await expectError("bad_cursor", log.query({}, next("asc", bad)));
    }
  });

  for (const limit of [7, 1_000]) {
    declareTest(`pages of ${limit} read while events arrive have neither gaps nor repeats`, async ({ log }) => {
      let isWriting = true;
      const writing = write(log, 200).finally(() => {
        isWriting = false;
      });
      const seen: number[] = [];
      let cursor: string | null = null;
      for (;;) {
        const wasWriting = isWriting;
        const page = await log.query({}, next("asc", cursor, limit));
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.cursor;
        if (!wasWriting && !page.hasMore) break;
        // A store may answer at once, while its writes need turns of the event loop.
        await new Promise((resolve) => setTimeout(resolve));
      }
      await writing;
      expect(seen).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    });
  }
}

/** Makes calls of which some wait for the one before, and some don't. */
async function write(log: EventLog, calls: number): Promise<void> {
  for (let i = 0; i < calls; i += 2) await Promise.all([recordMany(log, 1), recordMany(log, 5)]);
}

async function recordMany(log: EventLog, count: number): Promise<void> {
  await record(log, ...Array.from({ length: count }, () => materialization("a", { timestamp: 1 })));
}

function next(order: "asc" | "desc", cursor: string | null, limit = 100): PageRequest {
  return cursor === null ? { order, limit } : { order, limit, cursor };
}

/** The ids of all events after a cursor, page by page. */
async function follow(
  log: EventLog,
  filter: EventFilter,
  order: "asc" | "desc",
  from: string | null,
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let cursor = from; ; ) {
    const page = await log.query(filter, next(order, cursor, 2));
    ids.push(...page.events.map(({ id }) => id));
    if (!page.hasMore) return ids;
    cursor = page.cursor;
  }
}
