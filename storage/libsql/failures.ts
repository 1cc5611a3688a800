import { LibsqlError } from "@libsql/client";

const dataFailures = new Set(["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE"]);

/**
 * True where the store failed, and not the data that it was given: everything else is trouble that passes or does not,
 * whatever events come.
 */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof LibsqlError)) return true;
  const isBadJson = error.code === "SQLITE_ERROR" && error.message.includes("malformed JSON");
  return !isBadJson && !dataFailures.has(error.code);
}

export function isBusy(error: unknown): boolean {
  return error instanceof LibsqlError && (error.code === "SQLITE_BUSY" || error.code === "SQLITE_LOCKED");
}
