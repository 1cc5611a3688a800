import fc from "fast-check";
import { type AssetKey, formatAssetKey, type RecordedEvent, type RecordedEventType } from "../../../core/index.ts";
import { overviewOf } from "../../default-overview.ts";
import type { AssetFilter, AssetRecord, EventFilter, EventLog } from "../../event-log.ts";
import type { Maintenance } from "../../maintenance.ts";
import type { Overview } from "../../overview.ts";
import { type WaitAsk, waitReadsOf } from "../../wait-reads.ts";
import { arbitraryAssetFilter, arbitraryFilter, arbitraryKey } from "../arbitrary-events.ts";
import { readAll, readPages, textOf, type Walk } from "./harness.ts";
import { readAssetMarks, readAssets, readChecks, readLastMaterializations, readPartitions } from "./walk-pages.ts";

const types: readonly RecordedEventType[] = [
  "ASSET_MATERIALIZATION",
  "ASSET_OBSERVATION",
  "ASSET_CHECK_EVALUATION",
  "ASSET_WIPED",
];

/** The parameters of the reads: those with filters, keys and limits. */
export interface Reads {
  readonly walks: readonly { readonly filter: EventFilter; readonly walk: Required<Walk> }[];
  readonly lists: readonly {
    readonly filter: AssetFilter;
    readonly limits: readonly number[];
    readonly order: "key" | "latest";
  }[];
  /** The limits of the pages of partitions and checks, in turn. */
  readonly limits: readonly number[];
  /** A key that may have no events. */
  readonly otherKey: AssetKey;
}

const arbitraryLimits = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 3 });
const arbitraryWalk = fc.record({ order: fc.constantFrom("asc", "desc"), limits: arbitraryLimits(20) });

export const arbitraryReads: fc.Arbitrary<Reads> = fc.record({
  walks: fc.array(fc.record({ filter: arbitraryFilter(60), walk: arbitraryWalk }), { maxLength: 12 }),
  lists: fc.array(
    fc.record({ filter: arbitraryAssetFilter, limits: arbitraryLimits(6), order: fc.constantFrom("key", "latest") }),
    { maxLength: 5 },
  ),
  limits: arbitraryLimits(4),
  otherKey: arbitraryKey,
});

/** The answers that only a store with Maintenance gives. */
export async function readMaintenance(log: Partial<Maintenance>): Promise<unknown> {
  return {
    stats: { ...(await log.stats?.()), bytes: null },
    prunedIds: await Promise.all([undefined, ...types].map((type) => log.prunedId?.(type))),
  };
}

/** Reads every event by page and by id, every asset with its partitions and checks, and the given reads. */
export async function readBack(log: EventLog, reads: Reads): Promise<unknown> {
  const overview = overviewOf(log);
  const pages = await readPages(log);
  const events = pages.flatMap((page) => page.events);
  const ids = Array.from({ length: (events.at(-1)?.id ?? 0) + 2 }, (_, id) => id);
  const walks: unknown[] = [];
  for (const { filter, walk } of reads.walks) walks.push((await readAll(log, filter, walk)).map(textOf));
  const lists: unknown[] = [];
  const marks: unknown[] = [];
  for (const { filter, limits, order } of reads.lists) {
    lists.push((await readAssets(log, filter, limits, order)).map(assetTexts));
    marks.push(await readAssetMarks(overview, filter, limits, order));
  }
  const keys = new Map(
    [...events.map(({ assetKey }) => assetKey), reads.otherKey].map((key) => [formatAssetKey(key), key]),
  );
  const assets: unknown[] = [];
  for (const key of keys.values()) assets.push(await readParts(log, overview, key, reads.limits));
  return {
    events: events.map(textOf),
    idempotencyKeys: pages.flatMap((page) => [...page.idempotencyKeys]).toSorted(([a], [b]) => a - b),
    byId: (await Promise.all(ids.map((id) => log.get(id)))).map(textOf),
    allAssets: (await readAssets(log)).map(assetTexts),
    lastMaterializations: await readLastMaterializations(overview, reads.limits),
    assets,
    failing: await overview.failingChecks([...keys.values()], 3),
    recent: await overview.recent([...keys.values()], 3),
    timelines: await Promise.all([...keys.values()].map((key) => overview.timeline(key, { slots: 3 }))),
    histories: await overview.checkHistories(
      events.filter((event) => event.type === "ASSET_CHECK_EVALUATION"),
      3,
    ),
    waits: await readWaits(log, [...keys.values()], events),
    walks,
    lists,
    marks,
  };
}

async function readWaits(log: EventLog, keys: readonly AssetKey[], events: readonly RecordedEvent[]): Promise<unknown> {
  const reads = waitReadsOf(log);
  const partitions = new Set(events.map(({ partition }) => partition ?? undefined));
  const names = new Set(events.flatMap((event) => (event.type === "ASSET_CHECK_EVALUATION" ? event.checkName : [])));
  const asks = keys.flatMap((assetKey) =>
    [undefined, ...partitions].flatMap((partition): WaitAsk[] => [
      { assetKey, partition, checks: "all", observations: true },
      { assetKey, partition, checks: [...names].slice(1) },
    ]),
  );
  const facts = (await reads.waitFacts(asks)).map((found) => {
    return { ...found, evaluations: found.evaluations.toSorted((a, b) => a.id - b.id) };
  });
  const middle = events[events.length >> 1]?.id ?? 0;
  const { newestId, keys: changed } = await reads.changesAfter(middle);
  return { facts, newestId, changed: changed?.map(formatAssetKey).toSorted() };
}

async function readParts(
  log: EventLog,
  overview: Overview,
  key: AssetKey,
  limits: readonly number[],
): Promise<unknown> {
  const asset = await log.asset(key);
  const partitions = await readPartitions(log, key, limits);
  const checks = await readChecks(log, key, limits);
  const { partitions: marks } = await overview.partitionMarks(key, { limit: 100 });
  return {
    marks,
    asset: asset && assetTexts(asset),
    partitions: partitions.map((found) => ({ ...found, latestMaterialization: textOf(found.latestMaterialization) })),
    checks: checks.map((found) => ({ ...found, latestEvaluation: textOf(found.latestEvaluation) })),
  };
}

function assetTexts(asset: AssetRecord): unknown {
  return {
    ...asset,
    latestMaterialization: textOf(asset.latestMaterialization),
    latestObservation: textOf(asset.latestObservation),
    checks: asset.checks.map(textOf),
  };
}
