import type { RecordedEventType, RunlessEventType } from "../core/index.ts";

/** What a server needs of a log that it keeps small and tells the state of. `EventLog` has the rest. */
export interface Maintenance {
  /**
   * Deletes what has expired, in small steps, except the newest event and those that are the latest of an asset, a
   * partition or a check, or give a data version. Answers how many events. Counts go down with them; idempotency keys
   * have a time of their own. Rejects with `closed` where the log is closed before the end.
   */
  prune(expiry: Expiry): Promise<number>;

  /** The greatest id that `prune` has deleted, of one type or of any; 0 where there is none. */
  prunedId(type?: RecordedEventType): Promise<number>;

  /** The `clock` of the last `prune` that gave one, in milliseconds since 1970 UTC; undefined where none did. */
  prunedAt(): Promise<number | undefined>;

  /** How much there is. */
  stats(): Promise<LogStats>;

  /** Checks that an append would succeed. Rejects as `append` where the disk is full or read-only. Records nothing. */
  probe(): Promise<void>;
}

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
