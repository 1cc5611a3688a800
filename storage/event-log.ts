import type {
  AssetCheckEvaluation,
  AssetKey,
  RecordedEvent,
  RecordedEventType,
  RunlessEvent,
  RunlessEventType,
} from "../core/index.ts";

/**
 * The least that a log of events does. It keeps events in the order in which they were committed, and answers what is
 * known of each asset.
 *
 * A store may implement `Overview` beside it, where it has answers for pages that are faster than those that
 * `overviewOf` reads from these methods, and `Maintenance`, where a server is to keep it small. Failures are
 * EventLogErrors. `runless/storage/testing` exports the suite that every store passes.
 *
 * @example
 * const log: EventLog = await openEventLog({ url: "file:runless.db" });
 * const [result] = await log.append([[{ event: materialization("warehouse/orders") }]]);
 * const orders = await log.asset(["warehouse", "orders"]);
 * await log.close();
 */
export interface EventLog {
  /**
   * Appends units in order. Each is recorded whole or not at all, whatever happens to the others, and each has its
   * result at its index. Ids grow in the order of commits; a store may skip some.
   *
   * Resolves after the commit is durable: fsync on a file, the server's acknowledgement on remote libSQL. Rejects for all
   * units with EventLogError `unavailable` (nothing is recorded), `unknown_outcome` (retry with the same idempotency
   * keys) or `overloaded` (the queue is full; retry later).
   *
   * @example
   * const [result] = await log.append([[{ event: materialization("warehouse/orders") }]]);
   * if (result?.status === "recorded") console.log(result.events[0]?.id);
   */
  append(units: readonly Unit[], options?: AppendOptions): Promise<readonly UnitResult[]>;

  /** The event with this id; undefined where there is none, or none any more. */
  get(id: number): Promise<RecordedEvent | undefined>;

  /**
   * One page of the events that match. It examines a bounded number of events, so it may be short, even empty, while
   * `hasMore` is true.
   */
  query(filter: EventFilter, page: PageRequest): Promise<LoggedPage>;

  /** What is known of an asset now; undefined for a key without events. */
  asset(key: AssetKey): Promise<AssetRecord | undefined>;

  /** Assets that have events, ordered by key (part by part, each by code point). Pages may be short, as `query`'s. */
  assets(filter: AssetFilter, page: AssetListRequest): Promise<AssetPage>;

  /** The partitions of an asset that were materialized, ordered by code point. */
  partitions(key: AssetKey, page: ListRequest): Promise<PartitionPage>;

  /** The checks of an asset, each name with each of its partitions (null first), ordered by code point. */
  checks(key: AssetKey, page: ListRequest): Promise<CheckPage>;

  /**
   * Hides what the target names, with its idempotency keys, before it resolves: an asset, one partition of it (null: what
   * has no partition), or one event. Answers the trace that it leaves in the log, or undefined where there is nothing to
   * wipe. Traces are not wiped. A store may delete what was hidden later. Ids are never used again.
   *
   * Rejects with EventLogError `unavailable`, and has wiped nothing, where the store can't do it now.
   */
  wipe(target: WipeTarget, by: string | null): Promise<RecordedEvent | undefined>;

  /** Names this log among all others, for as long as it exists: at least 16 letters, digits and hyphens. */
  id(): Promise<string>;

  /**
   * Calls the listener after every commit of this process, and soon after those of others, until the answered function
   * is called. A call says only that there may be news: `query` with `after` finds them. An error of the listener is
   * ignored.
   */
  watch(listener: () => void): () => void;

  /** Finishes what was accepted, then releases everything. Later calls reject (`watch` throws) with `closed`. */
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
   * by how many events there are, most first, then by key. A store may look for these at a bounded number of the first
   * keys (below the prefix), where it has no index in their order. Default: `key`.
   */
  readonly order?: "key" | "latest" | "state" | "reports" | undefined;
}

export interface AssetPage {
  readonly assets: readonly AssetRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

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
