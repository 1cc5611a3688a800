import { EventLogError } from "./event-log-error.ts";

/** `overloaded`, since as much waits to be recorded as the log was opened to take. */
export class QueueFullError extends EventLogError {
  /** Which limit of the queue was reached. */
  readonly limit: "events" | "bytes";
  constructor(
    { events, bytes }: { readonly events: number; readonly bytes: number },
    limit: "events" | "bytes",
    most: number,
  ) {
    super(
      "overloaded",
      `More is reported than can be recorded: ${events} events of ${bytes} bytes wait already, and the limit is ${most} ${limit}. Nothing of this is recorded; send it again a little later.`,
    );
    this.limit = limit;
  }
}
