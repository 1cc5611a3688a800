export type EventLogErrorCode =
  /** Nothing of the call was recorded; try again later. */
  | "unavailable"
  /** More waits to be recorded than the store takes; nothing of the call was recorded. Try again a little later. */
  | "overloaded"
  /** The store can't tell whether it was recorded; repeat the call with the same idempotency keys. */
  | "unknown_outcome"
  /** An idempotency key came again with other content. */
  | "conflict"
  /** The store can't keep this event, and trying again won't help. */
  | "rejected"
  | "bad_cursor"
  | "closed"
  /** The database can't be used as it is: the message says why and what to do. */
  | "unusable_database";

export class EventLogError extends Error {
  override readonly name = "EventLogError";
  readonly code: EventLogErrorCode;
  constructor(code: EventLogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What waits to be recorded; bytes are those of encoded events. */
export interface QueuedLoad {
  readonly events: number;
  readonly bytes: number;
}

/** `overloaded`, since as much waits to be recorded as the log was opened to take. */
export class QueueFullError extends EventLogError {
  readonly load: QueuedLoad;
  /** Which limit of the queue was reached, and what it is. */
  readonly limit: "events" | "bytes";
  readonly most: number;
  constructor({ events, bytes }: QueuedLoad, limit: "events" | "bytes", most: number) {
    super(
      "overloaded",
      `More is reported than can be recorded: ${events} events of ${bytes} bytes wait already, and the limit is ${most} ${limit}. Nothing of this is recorded; send it again a little later.`,
    );
    this.load = { events, bytes };
    this.limit = limit;
    this.most = most;
  }
}
