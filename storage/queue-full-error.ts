import { EventLogError } from "./event-log-error.ts";

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
