import type { AssetCheckEvaluation, AssetKey, RecordedEvent, RunlessEvent, RunlessEventType } from "../core/index.ts";

/**
 * Where events are kept, in the order in which they were committed. Every store passes the suite in
 * tests/contracts/event-log.ts; failures are EventLogErrors.
 */
export interface EventLog {
  /**
   * Records each unit whole or not at all, whatever becomes of the others, and answers in their order. Resolves only
   * when what it calls recorded is durable, and rejects (`unavailable`, `unknown_outcome`) for all of them where the
   * store failed. Units of one call are recorded in their order; ids grow in the order of commits.
   */
  append(units: readonly Unit[]): Promise<readonly UnitResult[]>;

  get(id: number): Promise<RecordedEvent | undefined>;

  /** One page. It examines a bounded number of events, so it may be short, even empty, while `hasMore` is true. */
  query(filter: EventFilter, page: PageRequest): Promise<EventPage>;

  /** What is known of an asset now; undefined for a key that was never reported. */
  asset(key: AssetKey): Promise<AssetRecord | undefined>;

  /** Finishes what was accepted, then lets go of everything. Later calls reject with `closed`. */
  close(): Promise<void>;
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
  readonly type?: RunlessEventType | undefined;
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

/** "Latest" is the greatest (timestamp, id) of its kind. */
export interface AssetRecord {
  readonly assetKey: AssetKey;
  readonly latestMaterialization: RecordedEvent | null;
  readonly latestObservation: RecordedEvent | null;
  /** Of the latest materialization or observation that carries one. */
  readonly dataVersion: string | null;
  /** The latest evaluation of each check, over all partitions, ordered by name (by code point). */
  readonly checks: readonly (RecordedEvent & AssetCheckEvaluation)[];
  readonly counts: {
    readonly materializations: number;
    readonly observations: number;
    readonly checkEvaluations: number;
    /** Partitions that were materialized. */
    readonly partitions: number;
  };
}
