import type { AssetCheckSeverity, AssetKey, RecordedEvent, RunlessEventType } from "../core/index.ts";
import type { AssetFilter, AssetListRequest, AssetRecord, ListRequest } from "./event-log.ts";

/**
 * What pages and metrics need of a log beyond `EventLog`: short answers about many assets. A store implements the methods
 * for which it has summaries; `overviewOf` adds the others, which read the EventLog.
 */
export interface Overview {
  /** As `EventLog.assets`, without the reported data, so the cost does not depend on its size. */
  assetMarks(filter: AssetFilter, page: AssetListRequest): Promise<AssetMarkPage>;

  /** The marks of the assets with these keys, in the order of the keys. A key without events is left out. */
  marksOf(keys: readonly AssetKey[]): Promise<readonly AssetMark[]>;

  /** As `assetMarks` in the order of keys, with less of each asset: to count thousands. A page may be shorter than its limit. */
  assetStates(filter: AssetFilter, page: ListRequest): Promise<AssetStatePage>;

  /** The newest events (by id) of each key, newest first, at most `limit` of each key. Only reported ones. In the order of the keys. */
  recent(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly EventMark[])[]>;

  /**
   * The checks of each key whose latest evaluation failed: each check name with each of its partitions (null first),
   * ordered by code point, at most `limit` of each key. In the order of the keys.
   */
  failingChecks(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly FailingCheck[])[]>;

  /**
   * The newest evaluations (by id) of each check, newest first, at most `limit` of each. The store may look for them
   * among a bounded number of the newest events of the asset. In the order of the checks.
   */
  checkHistories(checks: readonly CheckName[], limit: number): Promise<readonly CheckHistory[]>;

  /**
   * When the events of an asset happened, thinned out for a drawing. The store examines a bounded number of events,
   * spread over the requested time. `isSample` tells whether there are more.
   */
  timeline(key: AssetKey, request: TimelineRequest): Promise<AssetTimeline>;

  /** As `EventLog.partitions`, without the reported data. A page may be shorter than its limit. */
  partitionMarks(key: AssetKey, page: ListRequest): Promise<PartitionMarkPage>;

  /** When each asset was last materialized (its `timestamp`), ordered by key. Pages may be short, as those of `query`. */
  lastMaterializations(page: ListRequest): Promise<LastMaterializationPage>;

  /** As `EventLog.get`, with who reported the event, as `LoggedPage.reporters` has it. */
  reportedEvent(id: number): Promise<ReportedEvent | undefined>;
}

export interface ReportedEvent {
  readonly event: RecordedEvent;
  /** The name of the token that it was reported with; undefined for none, and if the store does not keep it. */
  readonly reporter: string | undefined;
}

export interface AssetMarkPage {
  readonly assets: readonly AssetMark[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** An asset at a glance. */
export interface AssetMark {
  readonly assetKey: AssetKey;
  readonly latestMaterialization: LatestMark | null;
  readonly latestObservation: LatestMark | null;
  /** The first 200 characters of the record's. Also null if the events that give the versions of a page are very large. */
  readonly dataVersion: string | null;
  readonly counts: AssetRecord["counts"];
  /** Whether there may be more partitions than `counts` says: a store may stop counting at some number. */
  readonly hasMorePartitions: boolean;
  /** How many checks are in each state, each check in the worst of its partitions. */
  readonly checks: { readonly passed: number; readonly warned: number; readonly failed: number };
  /** Whether there may be more passing checks than `checks` says, for the same reason. */
  readonly hasMoreChecks: boolean;
}

export interface AssetStatePage {
  readonly assets: readonly AssetState[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** The part of an asset that counts need. */
export interface AssetState {
  readonly assetKey: AssetKey;
  /** The timestamp of the latest materialization or observation. */
  readonly latest: number | null;
  /** How many checks fail, each in the worst of its partitions. */
  readonly failed: number;
  readonly warned: number;
}

export interface PartitionMarkPage {
  readonly partitions: readonly PartitionMark[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface PartitionMark {
  readonly partition: string;
  /** Of the latest materialization. */
  readonly timestamp: number;
  readonly materializations: number;
  /** True if the latest evaluation of this partition by any of the checks failed. */
  readonly failing: boolean;
}

/** An event at a glance. */
export interface EventMark {
  readonly id: number;
  readonly type: RunlessEventType;
  readonly timestamp: number;
  /** Null if the event is not a check evaluation. */
  readonly passed: boolean | null;
  readonly severity: AssetCheckSeverity | null;
}

export interface TimelineRequest {
  /**
   * Inclusive, milliseconds since 1970 UTC, on `timestamp`. Events that were received more than a day earlier are not
   * found. Default: from the first event on.
   */
  readonly since?: number | undefined;
  /** Up to this many events each get a mark of their own. With more, this is the number of time spans: see `marks`. */
  readonly slots: number;
  /** How many materializations and observations to return whole, with their reported data. Default: 0. */
  readonly events?: number | undefined;
}

export interface AssetTimeline {
  /**
   * Reported events, ordered by (timestamp, id). If there are more than `slots` events, the time from the first
   * to the last is cut into `slots` equal spans; each span keeps the latest event of each type and outcome.
   */
  readonly marks: readonly TimelineMark[];
  /** The timestamp of the first event that was found; null if there is none. */
  readonly first: number | null;
  /** Whether there are more events than were examined. */
  readonly isSample: boolean;
  /**
   * At most as many materializations and observations as the request's `events` says, in the same order. If more were
   * found, those with a mark are chosen first, which are spread over time, then others. The latest of each type is among them. Large
   * events may make them fewer.
   */
  readonly events: readonly RecordedEvent[];
}

export interface TimelineMark extends EventMark {
  /** The first 100 characters; null if the event has none. */
  readonly partition: string | null;
  /** The first 100 characters; null if the event has none. */
  readonly checkName: string | null;
  /** How many events the mark stands for, its own included. */
  readonly events: number;
}

export interface FailingCheck {
  readonly checkName: string;
  readonly partition: string | null;
  /** Of the latest evaluation. */
  readonly id: number;
  readonly severity: AssetCheckSeverity;
}

export interface CheckName {
  readonly assetKey: AssetKey;
  readonly checkName: string;
  /** Evaluations of this partition alone; null: of no partition. Default: of all partitions. */
  readonly partition?: string | null | undefined;
}

export interface CheckHistory {
  readonly evaluations: readonly EventMark[];
  /** The number of all evaluations. */
  readonly total: number;
}

export interface LastMaterializationPage {
  readonly assets: readonly LastMaterialization[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface LastMaterialization {
  readonly assetKey: AssetKey;
  readonly timestamp: number;
}

export type LatestMark = Pick<EventMark, "id" | "timestamp">;
