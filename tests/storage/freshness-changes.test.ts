import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  checkEvaluation,
  type FreshnessChange,
  type FreshnessStateChange,
  formatEvent,
  freshnessStateChange,
  materialization,
  observation,
  parseEvent,
} from "../../core/index.ts";
import { overviewOf } from "../../storage/default-overview.ts";
import { type EventLog, type Maintenance, waitReadsOf } from "../../storage/index.ts";
import { openConnection } from "../../storage/libsql/connection.ts";
import { openLibsqlEventLog } from "../../storage/libsql/libsql-stores.ts";
import { examineDatabase } from "../../storage/libsql/maintenance/doctor.ts";
import { createMemoryEventLog } from "../../storage/memory/memory-event-log.ts";
import { isTarget } from "../../storage/scan/matches.ts";
import { newStandIn } from "../remote/test-database.ts";
import { temporaryFolder } from "../server.ts";
import { recordInFile } from "./record-change.ts";

interface Opened {
  readonly log: EventLog & Maintenance;
  /** Records a change as the watcher of the store does, and returns its id. */
  record(event: FreshnessStateChange): Promise<number>;
  /** How many summaries a recount finds wrong. */
  readonly wrong?: () => Promise<number | undefined>;
}

const noon = Date.UTC(2026, 10, 30, 12);
const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function openMemory(): Promise<Opened> {
  const log = createMemoryEventLog({ now: () => noon });
  return { log, record: async (event) => log.record(event).id };
}

async function openFile() {
  const file = join(temporaryFolder(), "runless.db");
  const url = `file:${file}`;
  const log = await openLibsqlEventLog({ url, now: () => noon });
  const client = await openConnection({ url });
  closing.push(async () => client.close(), log.close);
  const record = (event: FreshnessStateChange) => recordInFile(file, event, noon);
  const run = async (sql: string) => client.execute(sql);
  return { log, record, run, wrong: async () => (await examineDatabase({ url })).summaries?.wrong };
}

/** A remote database, whose own file is at hand. */
async function openRemote(): Promise<Opened> {
  const standIn = await newStandIn();
  const log = await openLibsqlEventLog({ url: standIn.url, now: () => noon });
  closing.push(() => log.close().then(standIn.close));
  const wrong = async () => (await examineDatabase({ url: `file:${standIn.file}` })).summaries?.wrong;
  return { log, record: (event) => recordInFile(standIn.file, event, noon), wrong };
}

const stores: Readonly<Record<string, () => Promise<Opened>>> = {
  memory: openMemory,
  file: openFile,
  remote: openRemote,
};

const late: FreshnessChange = {
  state: "FAIL",
  previousState: "PASS",
  reason: "deadline",
  deadline: noon,
  lastAt: null,
};
const key = ["warehouse", "orders"];
const changeOf = (partition: string | null) => ({ ...freshnessStateChange(key, partition, late), timestamp: noon + 5 });

async function reportAll(log: EventLog): Promise<void> {
  const check = { checkName: "no_nulls", passed: false, timestamp: noon - 1 };
  const events = [
    materialization(key, { partition: "p", timestamp: noon - 3, dataVersion: "v1" }),
    materialization(key, { partition: "q", timestamp: noon - 2 }),
    observation(key, { timestamp: noon - 2 }),
    checkEvaluation(key, { ...check, partition: "p" }),
    checkEvaluation(key, check),
  ];
  await log.append(events.map((event) => [{ event }]));
}

/** All that is read of the asset, but for its events. */
async function answersAbout(log: EventLog & Maintenance) {
  const page = { limit: 10 };
  const overview = overviewOf(log);
  const filters = [
    {},
    { failing: true },
    { quietSince: noon },
    { quietSince: noon + 10 },
    { type: "ASSET_OBSERVATION" },
  ];
  return {
    asset: await log.asset(key),
    assets: await Promise.all(filters.map((filter) => log.assets(filter as object, page))),
    marks: await Promise.all(filters.map((filter) => overview.assetMarks(filter as object, page))),
    latest: await log.assets({}, { ...page, order: "latest" }),
    states: await overview.assetStates({}, page),
    marksOf: await overview.marksOf([key]),
    partitions: await log.partitions(key, page),
    partitionMarks: await overview.partitionMarks(key, page),
    checks: await log.checks(key, page),
    failing: await overview.failingChecks([key], 10),
    histories: await overview.checkHistories([{ assetKey: key, checkName: "no_nulls" }], 10),
    recent: await overview.recent([key], 10),
    timeline: await overview.timeline(key, { slots: 10, events: 10 }),
    last: await overview.lastMaterializations(page),
    waits: await waitReadsOf(log).waitFacts([{ assetKey: key, checks: "all", observations: true }]),
    partitionWait: await waitReadsOf(log).waitFacts([{ assetKey: key, partition: "p", checks: "all" }]),
    stats: { ...(await log.stats()), bytes: null },
  };
}

async function typesIn(log: EventLog): Promise<readonly string[]> {
  return (await log.query({}, { limit: 100, order: "asc" })).events.map(({ type }) => type);
}

describe.each(Object.entries(stores))("a change of freshness in a store: %s", (_, open) => {
  test("is read like any event, by its id, its type, its asset and its partition", async () => {
    const { log, record } = await open();
    await reportAll(log);
    const id = await record(changeOf("p"));
    const event = await log.get(id);
    if (event === undefined) throw new Error("It is not there.");
    const expected = { ...changeOf("p"), id, receivedAt: noon };
    expect(event).toMatchObject(expected);
    expect(parseEvent(formatEvent(event))).toEqual(expected);
    const find = async (filter: object) =>
      (await log.query(filter, { limit: 10, order: "desc" })).events.map((found) => found.id);
    expect(await find({ type: "FRESHNESS_STATE_CHANGE" })).toEqual([id]);
    expect(await find({ assetKey: key, partition: "p", since: noon })).toEqual([id]);
    expect(await find({ after: id - 1 })).toEqual([id]);
    expect(await find({ checkName: "no_nulls" })).not.toContain(id);
  });

  test("renews nothing: every other answer stays as it was", async () => {
    const { log, record, wrong } = await open();
    await reportAll(log);
    const before = await answersAbout(log);
    for (const partition of ["p", null, "r"]) await record(changeOf(partition));
    expect(await answersAbout(log)).toEqual(before);
    expect(await wrong?.()).toBe(wrong && 0);
  });

  test("makes no asset of a key without reports, and goes with a wipe of that all the same", async () => {
    const { log, record, wrong } = await open();
    const id = await record(changeOf(null));
    const assertNoAsset = async () => {
      expect(await log.asset(key)).toBeUndefined();
      expect(await log.assets({}, { limit: 10 })).toMatchObject({ assets: [] });
      expect(await log.stats()).toMatchObject({ assets: 0 });
    };
    await assertNoAsset();
    expect(await log.wipe({ assetKey: key, partition: null }, null)).toBeUndefined();
    expect(await log.get(id)).toBeDefined();
    expect(await log.wipe({ assetKey: key }, null)).toMatchObject({ type: "ASSET_WIPED", assetKey: key });
    expect(await log.get(id)).toBeUndefined();
    expect(await log.wipe({ assetKey: key }, null)).toBeUndefined();
    await assertNoAsset();
    expect(await wrong?.()).toBe(wrong && 0);
  });

  test("goes with the wipe of its asset, and not with that of a partition or an event", async () => {
    const { log, record, wrong } = await open();
    await reportAll(log);
    const other = await record({ ...changeOf(null), assetKey: ["other"] });
    const id = await record(changeOf("p"));
    expect(await log.wipe({ eventId: id }, null)).toBeUndefined();
    expect(await log.wipe({ assetKey: key, partition: "p" }, null)).toBeDefined();
    expect(await log.get(id)).toBeDefined();
    const ofPartition = await log.query({ assetKey: key, partition: "p" }, { limit: 10, order: "asc" });
    expect(ofPartition.events.map(({ type }) => type)).toEqual(["FRESHNESS_STATE_CHANGE", "ASSET_WIPED"]);
    expect(await log.wipe({ assetKey: key, partition: "p" }, null)).toBeUndefined();
    expect(await log.wipe({ eventId: 2 }, null)).toBeDefined();
    expect(await log.get(id)).toBeDefined();
    expect(await wrong?.()).toBe(wrong && 0);

    expect(await log.wipe({ assetKey: key }, null)).toBeDefined();
    expect(await log.get(id)).toBeUndefined();
    expect(await typesIn(log)).toEqual(["FRESHNESS_STATE_CHANGE", "ASSET_WIPED", "ASSET_WIPED", "ASSET_WIPED"]);
    expect(await log.get(other)).toBeDefined();
    // What the watcher records after the wipe stays, and does not bring the asset back.
    const after = await record(changeOf(null));
    expect(await log.get(after)).toBeDefined();
    expect(await log.asset(key)).toBeUndefined();
    expect(await wrong?.()).toBe(wrong && 0);
  });

  test("expires by the time of its own type alone, and is the latest of nothing", async () => {
    const { log, record, wrong } = await open();
    await reportAll(log);
    const id = await record(changeOf("p"));
    await log.append([[{ event: observation(["last"]) }]]); // the newest event of a log never expires
    const before = await answersAbout(log);
    const others = { ASSET_MATERIALIZATION: noon + 1, ASSET_OBSERVATION: noon + 1, ASSET_WIPED: noon + 1 };
    expect(await log.prune({ events: others })).toBe(0);
    expect(await log.prune({ events: { FRESHNESS_STATE_CHANGE: noon } })).toBe(0);
    expect(await log.get(id)).toBeDefined();
    expect(await log.prune({ events: { FRESHNESS_STATE_CHANGE: noon + 1 } })).toBe(1);
    expect(await log.get(id)).toBeUndefined();
    expect(await log.prunedId("FRESHNESS_STATE_CHANGE")).toBe(id);
    expect(await log.prunedId("ASSET_OBSERVATION")).toBe(0);
    expect(await answersAbout(log)).toEqual(before);
    expect(await wrong?.()).toBe(wrong && 0);
  });

  test("wakes those who watch the log", async () => {
    const { log, record } = await open();
    const woken = new Promise<void>((resolve) => log.watch(resolve));
    await record(changeOf(null));
    await woken;
  });
});

test("an event of a kind that only a newer version knows is returned by no read", async () => {
  const { log, record, run } = await openFile();
  await reportAll(log);
  const before = await answersAbout(log);
  const id = await record(changeOf("p"));
  await run(`UPDATE event SET kind = 6, details = '{"news":1}', check_name = 'no_nulls' WHERE id = ${id}`);
  const [last] = await log.append([[{ event: observation(["last"]) }]]);
  expect(last).toMatchObject({ status: "recorded" });

  expect(await log.get(id)).toBeUndefined();
  for (const filter of [
    {},
    { assetKey: key },
    { prefix: ["warehouse"] },
    { partition: "p" },
    { checkName: "no_nulls" },
  ]) {
    const found = [];
    for (let cursor: string | undefined; ; ) {
      const page = await log.query(filter, { limit: 2, order: "asc", cursor });
      found.push(...page.events);
      if (!page.hasMore || page.cursor === null) break;
      cursor = page.cursor;
    }
    expect(found.length).toBeGreaterThan(1);
    expect(found.map((event) => event.id)).not.toContain(id);
  }
  await log.wipe({ assetKey: ["last"] }, null);
  expect(await answersAbout(log)).toEqual(before);
  // Retention leaves it: it does not know how long it is to be kept.
  const everything = Object.fromEntries(
    ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION", "ASSET_WIPED"].map((type) => [
      type,
      noon + 1,
    ]),
  );
  await log.prune({ events: { ...everything, FRESHNESS_STATE_CHANGE: noon + 1 } });
  expect(await answersAbout(log)).toEqual(before);
  expect((await run(`SELECT kind FROM event WHERE id = ${id}`)).rows).toMatchObject([{ kind: 6 }]);
});

test("no wipe of an event hides a change of freshness, whatever store asks", () => {
  const event = { ...changeOf("p"), id: 7, receivedAt: noon };
  expect(isTarget({ eventId: 7 }, event)).toBe(false);
  expect(isTarget({ assetKey: key, partition: "p" }, event)).toBe(false);
  expect(isTarget({ assetKey: key }, event)).toBe(true);
});
