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
