import { compareCodePoints } from "../../core/asset-key.ts";
import { isReported } from "../../core/events/events.ts";
import {
  type AssetCheckEvaluation,
  type AssetKey,
  type AssetMaterialization,
  dataVersionOf,
  type RecordedEvent,
  type RunlessEventType,
} from "../../core/index.ts";
import { type AssetRecord, type CheckRecord, mostChecks, type PartitionRecord } from "../event-log.ts";
import type { LogStats } from "../maintenance.ts";

/**
 * The assets that these events belong to, in no particular order. `record` computes the asset's record.
 *
 * @example
 * const { events } = await log.query({}, { order: "asc", limit: 1000 });
 * const records = assetsOf(events).map(({ record }) => record());
 */
export function assetsOf(events: readonly RecordedEvent[]) {
  const reported = events.filter(isReported);
  return groupBy(reported, ({ assetKey }) => assetKey).map(([key, ofAsset]) => ({
    key,
    events: ofAsset,
    record: () => assetRecord(key, ofAsset),
  }));
}

function assetRecord(assetKey: AssetKey, events: readonly RecordedEvent[]): AssetRecord {
  const materializations = events.filter(isMaterialization);
  const observations = events.filter((event) => event.type === "ASSET_OBSERVATION");
  const evaluations = events.filter(isCheck);
  const versioned = latestVersioned(events);
  const checks = groupBy(evaluations, ({ checkName }) => checkName).map(([, ofCheck]) => latest(ofCheck));
  return {
    assetKey,
    latestMaterialization: latest(materializations) ?? null,
    latestObservation: latest(observations) ?? null,
    dataVersion: versioned === undefined ? null : dataVersionOf(versioned),
    checks: checks
      .filter((check) => check !== undefined)
      .sort((a, b) => compareCodePoints(a.checkName, b.checkName))
      .slice(0, mostChecks),
    hasMoreChecks: checks.length > mostChecks,
    counts: {
      materializations: materializations.length,
      observations: observations.length,
      checkEvaluations: evaluations.length,
      partitions: partitionsOf(events).length,
    },
  };
}

export interface ListedAsset {
  readonly record: AssetRecord;
  readonly checks: readonly CheckRecord[];
}

/**
 * The materialized partitions of an asset, from its events.
 *
 * @example
 * const { events } = await log.query({ assetKey: ["orders"] }, { order: "asc", limit: 1000 });
 * const names = partitionsOf(events).map(({ partition }) => partition);
 */
export function partitionsOf(events: readonly RecordedEvent[]): readonly PartitionRecord[] {
  return groupBy(events.filter(isMaterialization), ({ partition }) => partition).flatMap(([partition, ofPartition]) => {
    const latestMaterialization = latest(ofPartition);
    if (partition === null || latestMaterialization === undefined) return [];
    return { partition, latestMaterialization, materializations: ofPartition.length };
  });
}

/**
 * The checks of an asset, from its events.
 *
 * @example
 * const { events } = await log.query({ assetKey: ["orders"] }, { order: "asc", limit: 1000 });
 * const failing = checksOf(events).filter(({ latestEvaluation }) => !latestEvaluation.passed);
 */
export function checksOf(events: readonly RecordedEvent[]): readonly CheckRecord[] {
  const groups = groupBy(events.filter(isCheck), ({ checkName, partition }) => [checkName, partition] as const);
  return groups.flatMap(([[checkName, partition], evaluations]) => {
    const latestEvaluation = latest(evaluations);
    if (latestEvaluation === undefined) return [];
    return { checkName, partition, latestEvaluation, evaluations: evaluations.length };
  });
}

export function statsOf(events: readonly RecordedEvent[]): LogStats {
  const count = (type: RunlessEventType) => events.filter((event) => event.type === type).length;
  return {
    assets: assetsOf(events).length,
    events: {
      ASSET_MATERIALIZATION: count("ASSET_MATERIALIZATION"),
      ASSET_OBSERVATION: count("ASSET_OBSERVATION"),
      ASSET_CHECK_EVALUATION: count("ASSET_CHECK_EVALUATION"),
    },
    bytes: null,
  };
}

function isMaterialization(event: RecordedEvent): event is RecordedEvent & AssetMaterialization {
  return event.type === "ASSET_MATERIALIZATION";
}

function isCheck(event: RecordedEvent): event is RecordedEvent & AssetCheckEvaluation {
  return event.type === "ASSET_CHECK_EVALUATION";
}

/** The latest materialization or observation that has a data version. */
export function latestVersioned(events: readonly RecordedEvent[]): RecordedEvent | undefined {
  return latest(events.filter((event) => !isCheck(event) && dataVersionOf(event) !== null));
}

/** The event with the greatest (timestamp, id). */
function latest<Event extends RecordedEvent>(events: readonly Event[]): Event | undefined {
  return events.toSorted((a, b) => b.timestamp - a.timestamp || b.id - a.id)[0];
}

/** Groups items by key, in the order of first items. Keys with the same JSON are the same. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): [Key, Item[]][] {
  const groups = new Map<string, [Key, Item[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [key, [item]]);
    else group[1].push(item);
  }
  return [...groups.values()];
}
