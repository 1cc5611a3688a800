import type { AssetCheckSeverity, AssetKey, RecordedEvent, RunlessEventType } from "../core/index.ts";
import type { AssetFilter, AssetListRequest, AssetRecord, ListRequest } from "./event-log.ts";

/**
 * What pages and metrics ask of a log beside `EventLog`: answers at a glance, over many assets. A store implements those
 * for which it has summaries; `overviewOf` reads the others from the EventLog.
 */
export interface Overview {
  /** As `EventLog.assets`, without what was reported: a page costs the same, however large that is. */
  assetMarks(filter: AssetFilter, page: AssetListRequest): Promise<AssetMarkPage>;

  /** The marks of the assets with these keys, in the order of the keys. A key without events is left out. */
  marksOf(keys: readonly AssetKey[]): Promise<readonly AssetMark[]>;

  /** As `assetMarks` by key, of each asset only what a count of thousands needs. A page may be shorter than its limit. */
  assetStates(filter: AssetFilter, page: ListRequest): Promise<AssetStatePage>;

  /** The newest events (by id) of each key, newest first, at most `limit` of each, without traces of wipes. In the order of the keys. */
  recent(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly EventMark[])[]>;

  /**
   * The checks of each key that fail now: each name with each of its partitions (null first) whose latest evaluation
   * failed, ordered by code point, at most `limit` of each key. In the order of the keys.
   */
  failingChecks(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly FailingCheck[])[]>;

  /**
   * The newest evaluations (by id) of each check, newest first, at most `limit` of each: of those that the store finds
   * among a bounded number of the newest events of its asset. In the order of the checks.
   */
  checkHistories(checks: readonly CheckName[], limit: number): Promise<readonly CheckHistory[]>;

  /**
   * When the events of an asset happened, thinned to be drawn. Of an asset with very many events a bounded number are
   * looked at, spread over the time that is asked for; `isSample` says so.
   */
  timeline(key: AssetKey, request: TimelineRequest): Promise<AssetTimeline>;

  /** As `EventLog.partitions`, without what was reported. A page may be shorter than its limit. */
  partitionMarks(key: AssetKey, page: ListRequest): Promise<PartitionMarkPage>;

  /** When each asset was last materialized, by `timestamp`, ordered by key. Pages may be short, as `query`'s. */
  lastMaterializations(page: ListRequest): Promise<LastMaterializationPage>;
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
  /** The first 200 characters of the record's. Null too where the events that give the page's versions are very large. */
  readonly dataVersion: string | null;
  readonly counts: AssetRecord["counts"];
  /** Whether there are more partitions than `counts` says: a store may stop counting at some number. */
  readonly hasMorePartitions: boolean;
  /** How many checks are in each state, each check in the worst of its partitions. */
  readonly checks: { readonly passed: number; readonly warned: number; readonly failed: number };
  /** Whether there are more checks that passed than `checks` says, likewise. */
  readonly hasMoreChecks: boolean;
}

export interface AssetStatePage {
  readonly assets: readonly AssetState[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** What is counted of an asset. */
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
  /** True where the latest evaluation that some check made of this partition failed. */
  readonly failing: boolean;
}

/** An event at a glance. */
export interface EventMark {
  readonly id: number;
  readonly type: RunlessEventType;
  readonly timestamp: number;
  /** Null where the event is no check. */
  readonly passed: boolean | null;
  readonly severity: AssetCheckSeverity | null;
}

export interface TimelineRequest {
  /**
   * Inclusive, milliseconds since 1970 UTC, on `timestamp`; an event that was received more than a day before it is not
   * looked for. Default: from the first event on.
   */
  readonly since?: number | undefined;
  /** Up to so many events are answered each by itself. */
  readonly slots: number;
  /** Of how many materializations and observations what was reported is answered too. Default: of none. */
  readonly events?: number | undefined;
}

export interface AssetTimeline {
  /**
   * Ordered by (timestamp, id), without traces of wipes. Of more than `slots` events those of one type and outcome that
   * fall into the same of so many equal spans, from the first of them to the last, are one: the latest.
   */
  readonly marks: readonly TimelineMark[];
  /** When the first of all that were found happened; null where there is none. */
  readonly first: number | null;
  /** Whether there are more events than were looked at. */
  readonly isSample: boolean;
  /**
   * Of the materializations and observations that were found as many as were asked for, in the same order: the marks
   * first, then others, evenly spread, the latest of each type among them. They may be fewer where they are large.
   */
  readonly events: readonly RecordedEvent[];
}

export interface TimelineMark extends EventMark {
  /** The first 100 characters; null where the event has none. */
  readonly partition: string | null;
  /** Likewise. */
  readonly checkName: string | null;
  /** How many it stands for, itself among them. */
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
  /** Of this partition alone, null for none. Default: over all of them. */
  readonly partition?: string | null | undefined;
}

export interface CheckHistory {
  readonly evaluations: readonly EventMark[];
  /** How many evaluations there are in all. */
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
