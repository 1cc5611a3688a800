import { EventLogError } from "../event-log-error.ts";
import { causeOf, driverError } from "./failures.ts";
import { ConnectionFailure } from "./remote-fetch.ts";

/** A failure as callers get it: it says which database it was, and whether that can't be reached or fails. */
export function storeError(error: unknown, url: string): EventLogError {
  const known = causeOf(error, EventLogError);
  if (known !== undefined) return known;
  const what = causeOf(error, ConnectionFailure) === undefined ? "failed" : "can't be reached";
  return new EventLogError("unavailable", `The database ${databaseName(url)} ${what}: ${reasonOf(error)}`, {
    cause: error,
  });
}

/** What a database, or the way to it, says of a failure. */
export function reasonOf(error: unknown): string {
  const cause = causeOf(error, ConnectionFailure) ?? driverError(error) ?? error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return reason.replace(/^(\w+: )\1/, "$1"); // the driver puts the code in twice where a statement of a batch fails
}

/** What messages call a database: its address, without the secrets that it may carry. */
export function databaseName(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
}
