import type { RecordedEventType, RunlessEventType } from "../core/index.ts";

/** What a server needs to delete expired events and to report the state of a log. `EventLog` has the rest. */
export interface Maintenance {
  /**
   * Deletes expired events and idempotency keys, in small steps. It keeps the newest event, the latest events of each
   * asset, partition and check, and those that give a data version. The counts of assets go down with the events.
   *
   * Resolves with the number of deleted events. Rejects with `closed` if the log is closed before the end.
   */
  prune(expiry: Expiry): Promise<number>;

  /** The greatest id that `prune` has deleted, of one type or of any. 0 if it has deleted none. */
  prunedId(type?: RecordedEventType): Promise<number>;

  /** The `clock` of the last `prune` that had one, in milliseconds since 1970 UTC. Undefined if none had. */
  prunedAt(): Promise<number | undefined>;

  /** The size of the log. */
  stats(): Promise<LogStats>;

  /** Checks that an append would succeed. Rejects as `append` does if the disk is full or read-only. Records nothing. */
  probe(): Promise<void>;
}

/** What expires before which time: milliseconds since 1970 UTC, on `receivedAt`. A type that is not named never expires. */
export interface Expiry {
  /** By type: events that were received before this time. */
  readonly events?: Readonly<Partial<Record<RecordedEventType, number>>> | undefined;
  /** Idempotency keys that were first sent before this time. */
  readonly idempotencyKeys?: number | undefined;
  /** The current time, from which the caller has computed these. It is stored for `prunedAt` before anything is deleted. */
  readonly clock?: number | undefined;
}

export interface LogStats {
  /** The number of assets that have events. */
  readonly assets: number;
  readonly events: Readonly<Record<RunlessEventType, number>>;
  /** The size of the database, and how much of that is free for new events. Null if the store can't tell. */
  readonly bytes: { readonly all: number; readonly free: number } | null;
}
