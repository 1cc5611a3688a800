import {
  countedEvents,
  type FreshnessPolicy,
  type FreshnessReason,
  type JudgingCause,
  type PartitionWindow,
  partitionWindow,
  type SubjectRules,
  watchedPartitions,
} from "../../core/freshness/index.ts";
import type { AssetKey } from "../../core/index.ts";
import { latest } from "../../core/time.ts";
import type { DefinitionRecord } from "../definitions/definition-store.ts";
import { lastCountedAt, type WaitAsk } from "../wait-reads.ts";
import { idOf, labelsOf, type StepDraft } from "./step-draft.ts";
import type { Watched, WatchedRow, WatchReads } from "./watch-plan.ts";

export interface Reconciling extends Watched {
  /** True: the whole asset was wiped, and is judged as a new one. */
  readonly isWiped?: boolean | undefined;
}

interface ReconcileOptions {
  readonly cause: JudgingCause;
  /** Whether the log is asked for the times of subjects that exist already. */
  readonly readsTimes: boolean;
  /** Whether events were passed over since they were judged. */
  readonly seeds?: boolean | undefined;
}

/** A subject that an asset should have, with its stored row. */
interface Target {
  readonly asset: WatchedAsset;
  readonly window: PartitionWindow | null;
  readonly row: WatchedRow | undefined;
}

interface WatchedAsset extends Reconciling {
  readonly policy: FreshnessPolicy;
  readonly definedAt: number | null;
}

/**
 * Gives assets the subjects that their definitions ask for, and judges them: new subjects, those that stay, and those
 * that are no longer watched.
 */
export async function reconcileAssets(
  reads: WatchReads,
  draft: StepDraft,
  assets: readonly Reconciling[],
  { cause, readsTimes, seeds = false }: ReconcileOptions,
): Promise<void> {
  if (assets.length === 0) return;
  const rows = groupRows(await reads.rowsOf(assets.map(({ assetKey }) => assetKey)));
  draft.note([...rows.values()].flat());
  const watched = await watchedAssets(reads, assets, draft.request.now);
  const targets: Target[] = [];
  for (const [i, asset] of assets.entries()) {
    const own = rows.get(JSON.stringify(asset.assetKey)) ?? [];
    for (const target of targetsOf(draft, asset, watched[i], own, cause)) targets.push(target);
  }
  const isAsked = ({ row, asset }: Target) => readsTimes || asset.isWiped === true || row === undefined;
  const times = await readTimes(reads, targets.filter(isAsked));
  for (const { asset, window, row } of targets) {
    const { assetKey, record, policy } = asset;
    const partition = window?.partition ?? null;
    const current = draft.row({ assetKey, partition }) ?? row;
    const known = current?.lastAt ?? null;
    const definedAt = latest([asset.definedAt, current?.definedAt ?? null]); // a wipe makes it later
    const lastAt = times.get(idOf({ assetKey, partition })) ?? (isAsked({ asset, window, row }) ? null : known);
    // If events were passed over, they are the reason for a changed state.
    const isReported = seeds && row !== undefined && lastAt !== known;
    draft.judge({
      ...{ assetKey, partition, rules: { policy, partition: window }, labels: labelsOf(record), definedAt, lastAt },
      isWiped: asset.isWiped,
      cause: asset.isWiped === true ? "wiped" : isReported ? "reported" : cause,
    });
  }
}

/** Removes the rows that an asset should not have. Returns the subjects that it should have. */
function targetsOf(
  draft: StepDraft,
  asset: Reconciling,
  watched: WatchedAsset | undefined,
  rows: readonly WatchedRow[],
  cause: JudgingCause,
): readonly Target[] {
  const { policy } = watched ?? {};
  const partitions = watched?.record?.definition.partitions ?? null;
  if (watched === undefined || policy === undefined) {
    for (const row of rows) draft.remove(row, cause === "wiped" ? "wiped" : "policy_removed");
    return [];
  }
  const found = partitions && watchedPartitions(policy, partitions, draft.request.now);
  const windows = found?.partitions ?? [null];
  const wanted = new Set(windows.map((window) => window?.partition ?? null));
  const isScheduled = partitions !== null && partitions.type !== "static";
  for (const row of rows) {
    const isSchedule = row.partition === null && row.state === null;
    if (isSchedule ? isScheduled : wanted.has(row.partition)) continue;
    draft.remove(row, isSchedule ? "policy_changed" : leavingReason(row, partitions));
  }
  if (isScheduled) draft.schedule(asset.assetKey, found?.nextEnd ?? null);
  const byPartition = new Map(rows.filter(({ state }) => state !== null).map((row) => [row.partition, row]));
  return windows.map((window) => ({ asset: watched, window, row: byPartition.get(window?.partition ?? null) }));
}

function leavingReason(
  { partition }: WatchedRow,
  partitions: Parameters<typeof partitionWindow>[0] | null,
): FreshnessReason {
  if (partition === null) return "policy_changed";
  const isDefined = partitions !== null && partitionWindow(partitions, partition) !== undefined;
  return isDefined ? "no_longer_watched" : "partition_removed";
}

/**
 * The assets that have a policy. An asset below a prefix has it since its first event, and only while it has events.
 */
async function watchedAssets(
  reads: WatchReads,
  assets: readonly Reconciling[],
  now: number,
): Promise<readonly (WatchedAsset | undefined)[]> {
  const below = assets.filter(({ record }) => record?.definition.freshness && record.definition.key === undefined);
  const receipts = below.length === 0 ? [] : await reads.firstReceipts(below.map(({ assetKey }) => assetKey));
  const firstOf = new Map(below.map((asset, i) => [asset, receipts[i] ?? null]));
  return assets.map((asset) => {
    const { record } = asset;
    const policy = record?.definition.freshness ?? null;
    if (record === undefined || policy === null) return undefined;
    const first = firstOf.get(asset);
    if (first === null) return undefined;
    const since = Math.max(record.definedAt ?? 0, first ?? 0);
    return { ...asset, policy, definedAt: asset.isWiped === true ? Math.max(since, now) : since };
  });
}

/** When the newest event of each subject counted, by the subject's id. */
async function readTimes(reads: WatchReads, targets: readonly Target[]): Promise<ReadonlyMap<string, number | null>> {
  const asks = targets.map(({ asset, window }): WaitAsk => {
    // Observations of a static partition from before it was watched are not read: the log has no summary of them.
    const observations = window === null && countedEvents(asset.policy, window).includes("observation");
    return { assetKey: asset.assetKey, partition: window?.partition, observations };
  });
  const facts = asks.length === 0 ? [] : await reads.waitFacts(asks);
  return new Map(
    targets.map(({ asset, window }, i) => {
      const name = { assetKey: asset.assetKey, partition: window?.partition ?? null };
      return [idOf(name), lastCountedAt(countedEvents(asset.policy, window), facts[i])] as const;
    }),
  );
}

function groupRows(rows: readonly WatchedRow[]): ReadonlyMap<string, readonly WatchedRow[]> {
  const groups = new Map<string, WatchedRow[]>();
  for (const row of rows) {
    const id = JSON.stringify(row.assetKey);
    const group = groups.get(id);
    // The asset's own row comes first. Stores may sort it elsewhere.
    if (group === undefined) groups.set(id, [row]);
    else if (row.partition === null) group.unshift(row);
    else group.push(row);
  }
  return groups;
}

/** The rules of a subject. Undefined if the definition has no policy, or no such subject. */
export function rulesOf(record: DefinitionRecord | undefined, partition: string | null): SubjectRules | undefined {
  const { freshness: policy = null, partitions = null } = record?.definition ?? {};
  if (policy === null || (partitions === null) !== (partition === null)) return undefined;
  const window = partitions === null || partition === null ? null : partitionWindow(partitions, partition);
  return window === undefined ? undefined : { policy, partition: window };
}

/** Finds the record of one of these assets. */
export function recordsOf(watched: readonly Watched[]): (key: AssetKey) => DefinitionRecord | undefined {
  const records = new Map(watched.map(({ assetKey, record }) => [JSON.stringify(assetKey), record]));
  return (key) => records.get(JSON.stringify(key));
}

/** The definitions that hold for these assets. */
export async function withDefinitions(
  reads: Pick<WatchReads, "definitionsFor">,
  keys: readonly AssetKey[],
): Promise<readonly Watched[]> {
  if (keys.length === 0) return [];
  const records = await reads.definitionsFor(keys);
  return keys.map((assetKey, i) => ({ assetKey, record: records[i] }));
}
