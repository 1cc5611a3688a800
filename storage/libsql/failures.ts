import { LibsqlError } from "@libsql/client";

// What SQLite says of the events themselves; everything else is the store's own trouble, and passes or does not
// whatever events come.
const dataFailures = new Set(["SQLITE_CONSTRAINT", "SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE"]);

/** True where the store failed, and not the data that it was given. */
export function isStoreFailure(error: unknown): boolean {
  return !(error instanceof LibsqlError && dataFailures.has(error.code));
}

export function isBusy(error: unknown): boolean {
  return error instanceof LibsqlError && (error.code === "SQLITE_BUSY" || error.code === "SQLITE_LOCKED");
}
