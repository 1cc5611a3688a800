import type { LibsqlError } from "@libsql/client";

// sqld says ARGS_INVALID of an argument that is larger than a row may be.
const dataFailures = ["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE", "ARGS_INVALID"];

/** The driver's error in what was thrown. */
export function driverError(error: unknown): LibsqlError | undefined {
  return findCause(error, isLibsqlError);
}

// By its name: whoever imports the class loads the client for remote databases, which takes Node 100 ms at each start.
function isLibsqlError(error: Error): error is LibsqlError {
  return error.name === "LibsqlError" || error.name === "LibsqlBatchError";
}

/** The first error of a class among an error and its causes: Drizzle wraps what it meets, and so does the driver. */
export function causeOf<Kind extends Error>(error: unknown, kind: new (...args: never) => Kind): Kind | undefined {
  return findCause(error, (cause): cause is Kind => cause instanceof kind);
}

function findCause<Kind extends Error>(error: unknown, is: (cause: Error) => cause is Kind): Kind | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (is(cause)) return cause;
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
  const isBadJson = cause.message.includes("malformed JSON");
  return !isBadJson && !dataFailures.some((code) => cause.code.startsWith(code));
}

export function isBusy(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === "SQLITE_BUSY" || code === "SQLITE_LOCKED";
}

/** True where the file can only be read. */
export function isReadOnly(error: unknown): boolean {
  return driverError(error)?.code === "SQLITE_READONLY";
}

/** True where the file is not a database, or no longer a whole one. */
export function isDamage(error: unknown): boolean {
  const code = driverError(error)?.code;
  return code === "SQLITE_CORRUPT" || code === "SQLITE_NOTADB";
}
