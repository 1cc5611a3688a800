export type EventLogErrorCode =
  /** Nothing of the call was recorded; try again later. */
  | "unavailable"
  /** The queue of appends is full. Nothing of the call was recorded; try again a little later. */
  | "overloaded"
  /** The store can't tell whether the call was recorded. Repeat it with the same idempotency keys. */
  | "unknown_outcome"
  /** An idempotency key was used again with other content. */
  | "conflict"
  /** The store can't keep this event, and trying again won't help. */
  | "rejected"
  | "bad_cursor"
  | "closed"
  /** The database can't be used as it is. The message says why, and what to do. */
  | "unusable_database";

/**
 * The one error of a log. `code` is stable; the message says what to do.
 *
 * @example
 * const failure = await log.query({}, { order: "asc", limit: 1, cursor: "x" }).catch((error: unknown) => error);
 * if (failure instanceof EventLogError) console.log(failure.code); // bad_cursor
 */
export class EventLogError extends Error {
  override readonly name = "EventLogError";
  readonly code: EventLogErrorCode;
  constructor(code: EventLogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The appends in the queue. `bytes` is the size of the encoded events. */
interface QueuedLoad {
  readonly events: number;
  readonly bytes: number;
}

/**
 * The `overloaded` error: the queue of appends has reached the limit that the log was opened with.
 *
 * @example
 * const error = new QueueFullError({ events: 10_000, bytes: 5_000_000 }, "events", 10_000);
 * console.log(error.code, error.limit, error.most); // overloaded events 10000
 */
export class QueueFullError extends EventLogError {
  readonly load: QueuedLoad;
  /** Which limit of the queue was reached. `most` is its value. */
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
