import { EventLogError } from "../event-log-error.ts";
import { causeOf, driverError, isDamage } from "./failures.ts";
import { ConnectionFailure } from "./remote/remote-fetch.ts";

/** A failure as callers get it. It names the database, and says whether it can't be reached, is damaged or fails. */
export function storeError(error: unknown, url: string): EventLogError {
  return causeOf(error, EventLogError) ?? new EventLogError("unavailable", explain(error, url), { cause: error });
}

/** The same for a database that is being opened. `needs` says what a file must be, for a failure of access. */
export function cannotOpen(url: string, error: unknown, needs = "it must be there, and readable."): EventLogError {
  const said = reasonOf(error);
  // The bare 14 is SQLite's code for a file that it can't open. Sometimes the driver says no more.
  const why = /: 14\b|SQLITE_(CANTOPEN|READONLY)|EACCES|EROFS/.test(said) ? needs : said;
  const sentence = isDamage(error) ? explain(error, url) : `The database ${databaseName(url)} can't be opened: ${why}`;
  return new EventLogError("unusable_database", sentence, { cause: error });
}

/** The message about a damaged database. Undefined for any other failure. */
export function damageOf(error: unknown, url: string): string | undefined {
  if (!isDamage(error)) return undefined;
  const name = databaseName(url);
  return `The database ${name} is damaged (${reasonOf(error)}). Look at it with runless doctor --database-url ${name}, and go back to a backup.`;
}

/** The message about a database file that is no longer where it was opened. */
export function lostFile(file: string): string {
  return `The database's file ${file} was removed, moved or replaced while it was open. Put it back, or start runless again.`;
}

function explain(error: unknown, url: string): string {
  const damage = damageOf(error, url);
  if (damage !== undefined) return damage;
  const what = causeOf(error, ConnectionFailure) === undefined ? "failed" : "can't be reached";
  return `The database ${databaseName(url)} ${what}: ${reasonOf(error)}`;
}

/** What the database, or the connection to it, says about a failure. */
export function reasonOf(error: unknown): string {
  const cause = causeOf(error, ConnectionFailure) ?? driverError(error) ?? error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return reason.replace(/^(\w+: )\1/, "$1"); // the driver repeats the code if a statement of a batch fails
}

/** The name of a database in messages: its address, without the secrets that it may contain. */
export function databaseName(url: string): string {
  return url.startsWith("file:") ? url : url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
}
