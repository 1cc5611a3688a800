import type {
  AssetCheckEvaluation,
  AssetKey,
  RecordedEvent,
  RecordedEventType,
  RunlessEvent,
  RunlessEventType,
} from "../core/index.ts";

/**
 * A log of events, and the least that a store implements. It keeps events in the order of their commits, and knows the
 * latest state of each asset. Failures are EventLogErrors.
 *
 * A store may also implement `Overview`, if it answers pages faster than `overviewOf` does with these methods, and
 * `Maintenance`, which lets a server delete expired events. `runless/storage/testing` exports the suite that every store
 * passes. docs/stores.md says how to write a store.
 *
 * @example
 * const log: EventLog = await openEventLog({ url: "file:runless.db" });
 * const [result] = await log.append([[{ event: materialization("warehouse/orders") }]]);
 * const orders = await log.asset(["warehouse", "orders"]);
 * await log.close();
 */
export interface EventLog {
  /**
   * Appends units in order. Each is recorded whole or not at all, independently of the others. The result of a unit
   * has the unit's index. Ids grow in the order of commits; a store may skip some.
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

  /** The event with this id. Undefined if there is none, or if it was deleted. */
  get(id: number): Promise<RecordedEvent | undefined>;

  /**
   * One page of the events that match. A page examines a bounded number of events, so it may be short, even empty, while
   * `hasMore` is true.
   */
  query(filter: EventFilter, page: PageRequest): Promise<LoggedPage>;

  /** The latest state of an asset. Undefined for a key without events. */
  asset(key: AssetKey): Promise<AssetRecord | undefined>;

  /** Assets that have events, ordered by key (part by part, each by code point). Pages may be short, as those of `query`. */
  assets(filter: AssetFilter, page: AssetListRequest): Promise<AssetPage>;

  /** The partitions of an asset that were materialized, ordered by code point. */
  partitions(key: AssetKey, page: ListRequest): Promise<PartitionPage>;

  /** The checks of an asset, each name with each of its partitions (null first), ordered by code point. */
  checks(key: AssetKey, page: ListRequest): Promise<CheckPage>;

  /**
   * Hides events and their idempotency keys: those of an asset, of one partition of it (null: events without a
   * partition), or one event. They are hidden when it resolves; a store may delete them later. Ids are never used again.
   * With an asset go its changes of freshness, also where it has no other events: that ends its alerts.
   *
   * Resolves with the event that it leaves in the log as a trace, or with undefined if there is nothing to wipe. Traces
   * are not wiped. Rejects with EventLogError `unavailable` if the store can't wipe now; then nothing is wiped.
   */
  wipe(target: WipeTarget, by: string | null): Promise<RecordedEvent | undefined>;

  /** The unique id of this log, which never changes: at least 16 letters, digits and hyphens. */
  id(): Promise<string>;

  /**
   * Calls the listener after every commit of this process, and soon after commits of other processes. A call means only
   * that there may be new events: `query` with `after` finds them. Errors of the listener are ignored. Returns a function
   * that ends the watch.
   */
  watch(listener: () => void): () => void;

  /** Finishes the accepted appends, then releases everything. Later calls reject (`watch` throws) with `closed`. */
  close(): Promise<void>;
}

export interface AppendOptions {
  /**
   * Waits for space in a full queue, where other calls reject with `overloaded`. Other calls go first. Calls that wait keep
   * their order.
   */
  readonly waitWhenFull?: boolean | undefined;
  /**
   * The name of the token that the events are reported with. It is no part of their content: an event that is sent again
   * under its idempotency key keeps its first reporter. A store need not keep it. Default: none.
   */
  readonly reportedBy?: string | undefined;
}

export interface NewEvent {
  /** From the parsers or constructors of the core, or checked by its `checkEvent`. A store does not check it again. */
  readonly event: RunlessEvent;
  /** Scoped to the event's type and asset key. A second event with the same key and content is not recorded again. */
  readonly idempotencyKey?: string | undefined;
}

/** Events that are recorded together or not at all. */
export type Unit = readonly NewEvent[];

export type UnitResult =
  | { readonly status: "recorded"; readonly events: readonly AppendedEvent[] }
  /**
   * The event at `index` repeats the idempotency key of event `id` with other content. `id` is null if that event is
   * earlier in the same unit. Nothing of the unit is recorded.
   */
  | { readonly status: "conflict"; readonly index: number; readonly id: number | null }
  /** The store can't keep this unit, and trying again won't help. */
  | { readonly status: "failed"; readonly message: string };

export interface AppendedEvent {
  readonly id: number;
  /** True if the event was recorded before with the same idempotency key, as `id`. */
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
  /** Exclusive, milliseconds since 1970 UTC, on `timestamp`. */
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
  /** Where the next page starts. Null only if there was nothing to examine. */
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** A page with what only a log knows of its events. */
export interface LoggedPage extends EventPage {
  /** By event id: the idempotency keys that events of the page were recorded with. An export has them. */
  readonly idempotencyKeys: ReadonlyMap<number, string>;
  /** By event id: `AppendOptions.reportedBy` of events of the page. Undefined if the store does not keep it. */
  readonly reporters?: ReadonlyMap<number, string> | undefined;
}

export interface AssetFilter {
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | undefined;
  /** Words with white space between them. `formatAssetKey` of the key contains each of them, in any order; the case of ASCII letters does not matter. */
  readonly search?: string | undefined;
  /** True: only assets with a check whose latest evaluation failed, for any partition or for none. */
  readonly failing?: boolean | undefined;
  /** Only assets without a materialization or observation since this time: milliseconds since 1970 UTC, on `timestamp`. */
  readonly quietSince?: number | undefined;
  /** Only assets with events of this type. */
  readonly type?: RunlessEventType | undefined;
}

export interface ListRequest {
  readonly limit: number;
  /** From an earlier page with the same key or filter; anything else rejects with `bad_cursor`. */
  readonly cursor?: string | undefined;
}

export interface AssetListRequest extends ListRequest {
  /**
   * Assets of equal rank are ordered by key. Default: `key`.
   *
   * - `latest`: by the timestamp of the latest materialization or observation, newest first; assets without any last.
   * - `state`: assets with a failing check first, then those with a warning.
   * - `reports`: by the number of events, most first.
   *
   * For an order without an index, a store may examine only a bounded number of the first keys (below the prefix).
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

/** A committed transaction. `events` counts all events that it was given, duplicates included. */
export interface Commit {
  readonly events: number;
  readonly milliseconds: number;
}

/** How many checks an AssetRecord has at most. */
export const mostChecks = 1000;

/** The latest state of an asset. "Latest" means the greatest (timestamp, id). */
export interface AssetRecord {
  readonly assetKey: AssetKey;
  readonly latestMaterialization: RecordedEvent | null;
  readonly latestObservation: RecordedEvent | null;
  /** The data version of the latest materialization or observation that has one. */
  readonly dataVersion: string | null;
  /**
   * The latest evaluation of each check, over all partitions, ordered by the check's name (by code point). At most the
   * first 1,000 checks, and fewer if their evaluations are large.
   */
  readonly checks: readonly (RecordedEvent & AssetCheckEvaluation)[];
  /** Whether there are more checks than `checks` has. `EventLog.checks` lists them all. */
  readonly hasMoreChecks: boolean;
  readonly counts: {
    readonly materializations: number;
    readonly observations: number;
    readonly checkEvaluations: number;
    /** Partitions that were materialized. */
    readonly partitions: number;
  };
}
