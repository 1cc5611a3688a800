import { EventLogError } from "../event-log-error.ts";
import { causeOf, driverError, isDamage } from "./failures.ts";
import { ConnectionFailure } from "./remote/remote-fetch.ts";

/** A failure as callers get it: it says which database it was, and whether that can't be reached, is damaged or fails. */
export function storeError(error: unknown, url: string): EventLogError {
  return causeOf(error, EventLogError) ?? new EventLogError("unavailable", explain(error, url), { cause: error });
}

/** The same, of a database that was just to be opened. `needs` says what a file must be, where access is what fails. */
export function cannotOpen(url: string, error: unknown, needs = "it must be there, and readable."): EventLogError {
  const said = reasonOf(error);
  // The bare 14 is SQLite's code for a file that it can't open; sometimes the driver says no more.
  const why = /: 14\b|SQLITE_(CANTOPEN|READONLY)|EACCES|EROFS/.test(said) ? needs : said;
  const sentence = isDamage(error) ? explain(error, url) : `The database ${databaseName(url)} can't be opened: ${why}`;
  return new EventLogError("unusable_database", sentence, { cause: error });
}

/** What to say where the database is damaged; undefined for any other failure. */
export function damageOf(error: unknown, url: string): string | undefined {
  if (!isDamage(error)) return undefined;
  const name = databaseName(url);
  return `The database ${name} is damaged (${reasonOf(error)}). Look at it with runless doctor --database-url ${name}, and go back to a backup.`;
}

/** What to say of a database whose file is no longer where it was when it was opened. */
export function lostFile(file: string): string {
  return `The database's file ${file} was removed, moved or replaced while it was open. Put it back, or start runless again.`;
}

function explain(error: unknown, url: string): string {
  const damage = damageOf(error, url);
  if (damage !== undefined) return damage;
  const what = causeOf(error, ConnectionFailure) === undefined ? "failed" : "can't be reached";
  return `The database ${databaseName(url)} ${what}: ${reasonOf(error)}`;
}

/** What a database, or the way to it, says of a failure. */
export function reasonOf(error: unknown): string {
  const cause = causeOf(error, ConnectionFailure) ?? driverError(error) ?? error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return reason.replace(/^(\w+: )\1/, "$1"); // the driver puts the code in twice where a statement of a batch fails
}

/** What messages call a database: its address, without the secrets that it may carry. */
export function databaseName(url: string): string {
  return url.startsWith("file:") ? url : url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
}
