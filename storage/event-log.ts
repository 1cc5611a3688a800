import type {
  AssetCheckEvaluation,
  AssetCheckSeverity,
  AssetKey,
  RecordedEvent,
  RecordedEventType,
  RunlessEvent,
  RunlessEventType,
} from "../core/index.ts";

/**
 * Where events are kept, in the order in which they were committed. Every store passes the suite in
 * tests/contracts/event-log.ts; failures are EventLogErrors.
 */
export interface EventLog {
  /**
   * Records each unit whole or not at all, whatever becomes of the others, and answers in their order. Resolves only
   * when what it calls recorded is durable, and rejects for all of them where the store failed (`unavailable`,
   * `unknown_outcome`) or has too much to do (`overloaded`). Units of one call are recorded in their order; ids grow in
   * the order of commits.
   */
  append(units: readonly Unit[], options?: AppendOptions): Promise<readonly UnitResult[]>;

  get(id: number): Promise<RecordedEvent | undefined>;

  /** One page. It examines a bounded number of events, so it may be short, even empty, while `hasMore` is true. */
  query(filter: EventFilter, page: PageRequest): Promise<LoggedPage>;

  /** What is known of an asset now; undefined for a key without events. */
  asset(key: AssetKey): Promise<AssetRecord | undefined>;

  /** Assets that have events, ordered by key (part by part, each by code point). Pages may be short, as `query`'s. */
  assets(filter: AssetFilter, page: AssetListRequest): Promise<AssetPage>;

  /** As `assets`, from summaries alone: what was reported costs nothing, however large it is. */
  assetMarks(filter: AssetFilter, page: AssetListRequest): Promise<AssetMarkPage>;

  /** The marks of the assets with these keys, in the order of the keys; a key without events is passed over. */
  marksOf(keys: readonly AssetKey[]): Promise<readonly AssetMark[]>;

  /**
   * As `assetMarks` by key, of each asset only what a count of thousands needs. A page ends where that of the first 10,000
   * keys does, and sooner where those are long or have very many checks.
   */
  assetStates(filter: AssetFilter, page: ListRequest): Promise<AssetStatePage>;

  /** The newest events (by id) of each key, newest first, at most `limit` of each: no traces of wipes. In the order of the keys. */
  recent(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly EventMark[])[]>;

  /**
   * The checks of each key that fail now: each name with each of its partitions (null first) whose latest evaluation
   * failed, ordered by code point, at most `limit` of each key. In the order of the keys.
   */
  failingChecks(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly FailingCheck[])[]>;

  /**
   * The newest evaluations (by id) of each check, newest first: at most `limit` of each, of those among the newest 2,000
   * events of its asset. In the order of the checks.
   */
  checkHistories(checks: readonly CheckName[], limit: number): Promise<readonly CheckHistory[]>;

  /**
   * When the events of an asset happened, thinned to be drawn. Of an asset with more than 50,000 events received in the
   * time that is asked for (and the day before it), as many are looked at, evenly spread over them.
   */
  timeline(key: AssetKey, request: TimelineRequest): Promise<AssetTimeline>;

  /** The partitions of an asset that were materialized, ordered by code point. */
  partitions(key: AssetKey, page: ListRequest): Promise<PartitionPage>;

  /** As `partitions`, without what was reported: cheap enough for thousands. A page is shorter where names are long. */
  partitionMarks(key: AssetKey, page: ListRequest): Promise<PartitionMarkPage>;

  /** The checks of an asset, each name with each of its partitions (null first), ordered by code point. */
  checks(key: AssetKey, page: ListRequest): Promise<CheckPage>;

  /**
   * Hides what the target names, with its idempotency keys, before it resolves: all of an asset, one partition of it
   * (null: what has no partition), or one event. Answers the trace that it leaves in the log, or undefined where there
   * is nothing to wipe. Traces are not wiped. What was hidden is deleted later, in small steps; ids are never used again.
   * On an asset of many events it may take seconds, in which nothing else waits. It rejects with `unavailable`, and has
   * wiped nothing, where another server has deleted events of the asset for a minute.
   */
  wipe(target: WipeTarget, by: string | null): Promise<RecordedEvent | undefined>;

  /**
   * Deletes what has expired, in small steps, except the newest event and those that are the latest of an asset, a
   * partition or a check, or give a data version; answers how many events. Counts go down with them; idempotency keys
   * have a time of their own. It rejects with `closed` where the log is closed before the end.
   */
  prune(expiry: Expiry): Promise<number>;

  /** The greatest id that `prune` has deleted, of one type or of any; 0 where there is none. */
  prunedId(type?: RecordedEventType): Promise<number>;

  /** The `clock` of the last `prune` that gave one, in milliseconds since 1970 UTC; undefined where none did. */
  prunedAt(): Promise<number | undefined>;

  /** How much there is. It takes a moment for each thousand assets. */
  stats(): Promise<LogStats>;

  /** When each asset was last materialized, by `timestamp`, ordered by key. Pages may be short, as `query`'s. */
  lastMaterializations(page: ListRequest): Promise<LastMaterializationPage>;

  /** Rejects where an append would, for want of space or of a writable database. It leaves nothing that can be seen. */
  probe(): Promise<void>;

  /** Names this log among all others, for as long as it exists. */
  id(): Promise<string>;

  /**
   * Calls the listener after every commit of this process, and soon after those of others, until the answered function
   * is called. It says only that there may be news: `query` with `after` tells. What the listener throws is ignored.
   */
  watch(listener: () => void): () => void;

  /** Finishes what was accepted, then lets go of everything. Later calls reject (`watch` throws) with `closed`. */
  close(): Promise<void>;
}

export interface AppendOptions {
  /** Waits where others are refused as `overloaded`, and lets them go first. Calls that wait keep their order. */
  readonly waitWhenFull?: boolean | undefined;
}

export interface NewEvent {
  /** From core's parsers or constructors, or through its `checkEvent`: a store does not check it again. */
  readonly event: RunlessEvent;
  /** Scoped to the event's type and asset key: a second event with the same key and content is not recorded again. */
  readonly idempotencyKey?: string | undefined;
}

/** Events that are recorded together or not at all. */
export type Unit = readonly NewEvent[];

export type UnitResult =
  | { readonly status: "recorded"; readonly events: readonly AppendedEvent[] }
  /**
   * The event at `index` repeats an idempotency key with other content than event `id` has (null: than one before it in
   * the same unit has); nothing of the unit is recorded.
   */
  | { readonly status: "conflict"; readonly index: number; readonly id: number | null }
  /** The store can't keep this unit, and trying again won't help. */
  | { readonly status: "failed"; readonly message: string };

export interface AppendedEvent {
  readonly id: number;
  /** True where the same event was recorded before under its idempotency key, as `id`. */
  readonly duplicate: boolean;
}

export interface EventFilter {
  readonly assetKey?: AssetKey | undefined;
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | undefined;
  readonly type?: RecordedEventType | undefined;
  readonly partition?: string | undefined;
  readonly checkName?: string | undefined;
  /** Inclusive, milliseconds since 1970 UTC, on `timestamp`. */
  readonly since?: number | undefined;
  /** Exclusive, likewise. */
  readonly until?: number | undefined;
  /** Exclusive, on `id`. */
  readonly after?: number | undefined;
  /** Exclusive, on `id`. */
  readonly before?: number | undefined;
}

export interface PageRequest {
  readonly limit: number;
  /** By id. */
  readonly order: "asc" | "desc";
  /** From an earlier page with the same filter and order; anything else rejects with `bad_cursor`. */
  readonly cursor?: string | undefined;
}

export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** Where the next page starts; null only where there was nothing to examine. */
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** A page with what only a log can add. */
export interface LoggedPage extends EventPage {
  /** The idempotency keys that events of the page were recorded with, by event id: an export carries them. */
  readonly idempotencyKeys: ReadonlyMap<number, string>;
}

export interface AssetFilter {
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | undefined;
  /** Words, with white space between them, each of which `formatAssetKey` of the key contains: in any order, ASCII letters in any case. */
  readonly search?: string | undefined;
  /** True: with a check whose latest evaluation, of some partition or of none, failed. */
  readonly failing?: boolean | undefined;
  /** Without a materialization or observation from this time on: milliseconds since 1970 UTC, on `timestamp`. */
  readonly quietSince?: number | undefined;
  /** With events of this type. */
  readonly type?: RunlessEventType | undefined;
}

export interface ListRequest {
  readonly limit: number;
  /** From an earlier page with the same key or filter; anything else rejects with `bad_cursor`. */
  readonly cursor?: string | undefined;
}

export interface AssetListRequest extends ListRequest {
  /**
   * `latest`: by the timestamp of the latest materialization or observation, newest first, then by key; assets without
   * any come last. `state`: those with a check that fails first, then those with one that warns, then by key. `reports`:
   * by how many events there are, most first, then by key. These look at the first 10,000 keys (below the prefix), and at
   * fewer where those are long or have very many checks, since no index holds their order. Default: `key`.
   */
  readonly order?: "key" | "latest" | "state" | "reports" | undefined;
}

export interface AssetPage {
  readonly assets: readonly AssetRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface AssetMarkPage {
  readonly assets: readonly AssetMark[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** How far a page of AssetMarks counts the checks of each asset, and the partitions of all together. */
export const mostCounted = { checks: 10_000, partitions: 1_000_000 } as const;

/** An asset at a glance. */
export interface AssetMark {
  readonly assetKey: AssetKey;
  readonly latestMaterialization: LatestMark | null;
  readonly latestObservation: LatestMark | null;
  /** The first 200 characters of the record's. Null too where the events that give the page's versions are very large. */
  readonly dataVersion: string | null;
  readonly counts: AssetRecord["counts"];
  /** Whether there are more partitions than `counts` says: on a page of assets with millions of them. */
  readonly hasMorePartitions: boolean;
  /** How many checks are in each state, each check in the worst of its partitions; of passed ones at most 10,000. */
  readonly checks: { readonly passed: number; readonly warned: number; readonly failed: number };
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

export type LatestMark = Pick<EventMark, "id" | "timestamp">;

export interface PartitionPage {
  readonly partitions: readonly PartitionRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface PartitionRecord {
  readonly partition: string;
  readonly latestMaterialization: RecordedEvent;
  readonly materializations: number;
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
   * first, then others, evenly spread, the latest of each type among them. They are fewer where they would hold more
   * than a megabyte together.
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

export interface CheckPage {
  readonly checks: readonly CheckRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface CheckRecord {
  readonly checkName: string;
  readonly partition: string | null;
  readonly latestEvaluation: RecordedEvent & AssetCheckEvaluation;
  readonly evaluations: number;
}

export type WipeTarget =
  | { readonly assetKey: AssetKey; readonly partition?: string | null | undefined }
  | { readonly eventId: number };

/** Until when things are kept: milliseconds since 1970 UTC, on `receivedAt`. What is not named is kept for ever. */
export interface Expiry {
  /** Events of these types that were received before. */
  readonly events?: Readonly<Partial<Record<RecordedEventType, number>>> | undefined;
  /** Idempotency keys that were first sent before. */
  readonly idempotencyKeys?: number | undefined;
  /** The time that these times were reckoned from. It is kept before anything is deleted, for `prunedAt`. */
  readonly clock?: number | undefined;
}

export interface LogStats {
  /** With events, as `assets` lists them. */
  readonly assets: number;
  readonly events: Readonly<Record<RunlessEventType, number>>;
  /** What the database takes, and what of it is free for new events; null where the store can't tell. */
  readonly bytes: { readonly all: number; readonly free: number } | null;
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

/** A transaction of the events that waited for it, those that turned out to be duplicates among them. */
export interface Commit {
  readonly events: number;
  readonly milliseconds: number;
}

/** How many checks an AssetRecord has. */
export const mostChecks = 1000;

/** "Latest" is the greatest (timestamp, id) of its kind. */
export interface AssetRecord {
  readonly assetKey: AssetKey;
  readonly latestMaterialization: RecordedEvent | null;
  readonly latestObservation: RecordedEvent | null;
  /** Of the latest materialization or observation that carries one. */
  readonly dataVersion: string | null;
  /**
   * The latest evaluation of each check, over all partitions, ordered by name (by code point): of the first 1,000, and of
   * fewer where those are large.
   */
  readonly checks: readonly (RecordedEvent & AssetCheckEvaluation)[];
  /** Whether there are more checks than `checks` has: `EventLog.checks` lists them. */
  readonly hasMoreChecks: boolean;
  readonly counts: {
    readonly materializations: number;
    readonly observations: number;
    readonly checkEvaluations: number;
    /** Partitions that were materialized. */
    readonly partitions: number;
  };
}
