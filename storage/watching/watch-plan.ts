import type { FreshnessChange, FreshnessState } from "../../core/freshness/index.ts";
import type { AssetCheckSeverity, AssetKey } from "../../core/index.ts";
import type { DefinitionRecord, DefinitionStore } from "../definitions/definition-store.ts";
import type { AssetFacts, WaitAsk } from "../wait-reads.ts";
import type { AlertReason } from "./watch-store.ts";

/** The name of what is watched: an asset, or one of its partitions. */
export interface SubjectName {
  readonly assetKey: AssetKey;
  readonly partition: string | null;
}

/**
 * A subject as it is stored. An asset that is watched by partitions has one more row, without a state. The `nextAt` of
 * that row is the time from which other partitions are watched.
 */
export interface WatchedRow extends SubjectName {
  readonly state: FreshnessState | null;
  readonly since: number;
  readonly lastAt: number | null;
  readonly deadline: number | null;
  readonly nextAt: number | null;
  readonly definedAt: number | null;
}

/** Owners, group and tags of the definition that holds when an alert opens. */
export interface AlertLabels {
  readonly owners: readonly string[];
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** How long an alert is kept after it was resolved, in milliseconds. */
export const alertsKeptFor = 90 * 24 * 3_600_000;

/** How long it is kept what an alert became, for destinations: longer than any delivery of it. */
export const alertChangesKeptFor = 40 * 24 * 3_600_000;

/**
 * What happens to the alert of a subject or a check. `update` changes an alert only while it fires. `raise` does too,
 * and opens one if none fires because somebody closed it.
 */
export type AlertChange =
  | {
      readonly to: "open" | "update" | "raise";
      readonly severity: AssetCheckSeverity;
      readonly reason: AlertReason;
      readonly since: number;
      readonly tellAt: number | null;
      readonly labels: AlertLabels;
    }
  | { readonly to: "resolve"; readonly reason: AlertReason };

/** The row of a subject, the event and the alert change of one judgement. They are written together. */
export interface SubjectDecision extends SubjectName {
  /** Null: the subject is no longer watched. */
  readonly row: WatchedRow | null;
  readonly change: FreshnessChange | null;
  readonly alert: AlertChange | null;
  /** The decision is not written if the asset has an event with a greater id. Null: it is always written. */
  readonly upTo: number | null;
}

export interface CheckSubject extends SubjectName {
  readonly checkName: string;
}

export interface CheckDecision extends CheckSubject {
  readonly alert: AlertChange;
  /** The id of the evaluation; null if it was wiped. */
  readonly eventId: number | null;
}

/** Up to where the holder has followed the log and judged. */
export interface WatchProgress {
  readonly cursor: number;
  readonly evaluatedUntil: number;
  readonly settleUntil: number | null;
  /** The revision of the definitions that the subjects are as of. */
  readonly revision: number;
  readonly sweep: Sweep | null;
}

/** A walk over all definitions and subjects after definitions changed, in bounded steps. */
export interface Sweep {
  readonly phase: "definitions" | "subjects" | "checks";
  /** Only definitions whose last change is after this revision. */
  readonly from: number;
  readonly to: number;
  /** Whether events were passed over: then times are read again, and failing checks are looked up. */
  readonly seeds: boolean;
  /** The place in the phase. */
  readonly after: string | null;
  /** The prefix whose assets are walked, and the last of them. */
  readonly below: { readonly prefix: AssetKey; readonly after: string | null } | null;
}

/** What one step writes, all of it or nothing, and only for the holder with this fence. */
export interface WatchPlan {
  readonly fence: number;
  /** That of the lease when it was read, so that a plan is not written twice. */
  readonly beat: number;
  /** The time at which states were judged, which the events get. */
  readonly at: number;
  readonly clock: number;
  readonly subjects: readonly SubjectDecision[];
  readonly checks: readonly CheckDecision[];
  readonly progress: WatchProgress;
  /** Whether a sweep began, went on or ended. */
  readonly isSweeping: boolean;
  readonly hasMore: boolean;
  readonly behind: number;
}

export interface WatchHead {
  readonly fence: number;
  readonly beat: number;
  readonly cursor: number | null;
  readonly revision: number;
  readonly sweep: Sweep | null;
  readonly newestId: number;
  readonly definitionRevision: number;
  /** Whether any definition has a freshness policy, or any subject exists. */
  readonly hasSubjects: boolean;
}

/** Events after the cursor, summed up. */
export interface LogSlice {
  /** The id of the last event that was read; the cursor if there was none. */
  readonly upTo: number;
  readonly hasMore: boolean;
  /** When the newest event of each asset, partition and type counted. */
  readonly counted: readonly (SubjectName & {
    readonly type: "materialization" | "observation";
    readonly at: number;
  })[];
  /** The newest evaluation of each check. `late` is how long before its receipt it happened, in milliseconds. */
  readonly evaluated: readonly (CheckSubject & { readonly id: number; readonly at: number; readonly late: number })[];
  readonly wiped: readonly { readonly assetKey: AssetKey; readonly isWhole: boolean }[];
}

/** What a step reads before it decides. Each call is bounded by its arguments. */
export interface WatchReads extends Pick<DefinitionStore, "definitionsFor" | "list"> {
  head(): Promise<WatchHead>;
  /** The next events, at most `limit`. */
  slice(after: number, limit: number): Promise<LogSlice>;
  /** Subjects whose `nextAt` has come, the earliest first. */
  due(now: number, limit: number): Promise<readonly WatchedRow[]>;
  /** The rows of these names. Those without a row are left out. */
  rows(names: readonly SubjectName[]): Promise<readonly WatchedRow[]>;
  /** All rows of these assets. */
  rowsOf(keys: readonly AssetKey[]): Promise<readonly WatchedRow[]>;
  /** Assets that have rows, ordered by key. */
  watchedKeys(after: string | null, limit: number): Promise<KeyPage>;
  /** Assets at or below a prefix that have events, ordered by key. */
  assetKeys(prefix: AssetKey, after: string | null, limit: number): Promise<KeyPage>;
  /** When the first event of each asset was received; null without one. In the order of the keys. */
  firstReceipts(keys: readonly AssetKey[]): Promise<readonly (number | null)[]>;
  /** The checks of these assets whose alerts fire, with their severities. */
  firingChecks(
    keys: readonly AssetKey[],
  ): Promise<readonly (CheckSubject & { readonly severity: AssetCheckSeverity })[]>;
  /** Checks that fail now, and those whose alerts fire, of assets after a place. */
  failingChecks(
    after: string | null,
    limit: number,
  ): Promise<{ readonly checks: readonly CheckSubject[]; readonly after: string | null; readonly hasMore: boolean }>;
  waitFacts(asks: readonly WaitAsk[]): Promise<readonly AssetFacts[]>;
}

export interface KeyPage {
  readonly keys: readonly AssetKey[];
  /** The place after the last of them. */
  readonly after: string | null;
  readonly hasMore: boolean;
}

/** The definition with a policy that holds for an asset. */
export interface Watched {
  readonly assetKey: AssetKey;
  readonly record: DefinitionRecord | undefined;
}
