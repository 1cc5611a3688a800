import { LibsqlError } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";

const dataFailures = new Set(["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE"]);

/** The driver's error in what was thrown: Drizzle wraps it, and puts the statement into the message. */
export function driverError(error: unknown): LibsqlError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof LibsqlError) return cause;
  }
  return undefined;
}

/**
 * True where the store failed, and not the data that it was given: everything else is trouble that passes or does not,
 * whatever events come.
 */
export function isStoreFailure(error: unknown): boolean {
  const cause = driverError(error);
  if (cause === undefined) return true;
  const isBadJson = cause.code === "SQLITE_ERROR" && cause.message.includes("malformed JSON");
  return !isBadJson && !dataFailures.has(cause.code);
}

export function isBusy(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === "SQLITE_BUSY" || code === "SQLITE_LOCKED";
}

/** True where the file is not a database, or no longer a whole one. */
export function isDamage(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === "SQLITE_CORRUPT" || code === "SQLITE_NOTADB";
}

/** What the driver says of a failure, in a sentence that says what to do where there is something to do. */
export function explainFailure(error: unknown, url: string): string {
  const cause = driverError(error) ?? error;
  const why = cause instanceof Error ? cause.message : String(cause);
  if (!isDamage(error)) return `The database ${url} failed: ${why}`;
  return `The database ${url} is damaged (${why}). Look at it with runless doctor --database-url ${url}, and go back to a backup.`;
}

/** What any failure of the database at `url` means to a caller. */
export function asEventLogError(error: unknown, url: string): EventLogError {
  if (error instanceof EventLogError) return error;
  return new EventLogError("unavailable", explainFailure(error, url), { cause: error });
}
