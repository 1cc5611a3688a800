import type { LibsqlError } from "@libsql/client";

// sqld says ARGS_INVALID if an argument is larger than a row may be.
const dataFailures = ["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE", "ARGS_INVALID"];

/** The driver's error among a thrown error and its causes. */
export function driverError(error: unknown): LibsqlError | undefined {
  return findCause(error, isLibsqlError);
}

// Checked by name: importing the class would load the client for remote databases, which takes Node 100 ms at each
// start.
function isLibsqlError(error: Error): error is LibsqlError {
  return error.name === "LibsqlError" || error.name === "LibsqlBatchError";
}

/** The first error of a class among an error and its causes: Drizzle wraps errors, and so does the driver. */
export function causeOf<Kind extends Error>(error: unknown, kind: new (...args: never) => Kind): Kind | undefined {
  return findCause(error, (cause): cause is Kind => cause instanceof kind);
}

function findCause<Kind extends Error>(error: unknown, is: (cause: Error) => cause is Kind): Kind | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (is(cause)) return cause;
  }
  return undefined;
}

/** True if the store failed, and not the data that it was given. Such a failure does not depend on the events. */
export function isStoreFailure(error: unknown): boolean {
  const cause = driverError(error);
  if (cause === undefined) return true;
  const isBadJson = cause.message.includes("malformed JSON");
  return !isBadJson && !dataFailures.some((code) => cause.code.startsWith(code));
}

export function isBusy(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === "SQLITE_BUSY" || code === "SQLITE_LOCKED";
}

/** True if the file is read-only. */
export function isReadOnly(error: unknown): boolean {
  return driverError(error)?.code === "SQLITE_READONLY";
}

/** True if the file is not a database, or is damaged. */
export function isDamage(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === "SQLITE_CORRUPT" || code === "SQLITE_NOTADB";
}
