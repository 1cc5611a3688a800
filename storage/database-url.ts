import { EventLogError } from "./event-log-error.ts";

/** Urls that open a database. Not `file::memory:`, which would be another database for every connection. */
export const databaseUrlPattern = /^(:memory:$|(file:(?!:memory:)|libsql:\/\/|https?:\/\/|wss?:\/\/).)/;
export const databaseUrlForms = "file:<path>, libsql://…, http(s)://… or :memory:";

/** Throws EventLogError for anything that is not such a url, such as a path without `file:`. */
export function assertDatabaseUrl(url: unknown): void {
  if (typeof url === "string" && databaseUrlPattern.test(url)) return;
  // The query may contain a token.
  const got = typeof url === "string" ? JSON.stringify(url.replace(/\?.*/s, "")) : String(url);
  throw new EventLogError("unusable_database", `A database's url must be ${databaseUrlForms}. Got ${got}.`);
}
