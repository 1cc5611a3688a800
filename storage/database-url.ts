import { EventLogError } from "./event-log-error.ts";

/**
 * The kinds of stores, each with the urls that open it. A new kind has its line here, and what opens it in
 * `open-stores.ts`; the configuration and the commands take the urls of all.
 */
const kinds = {
  libsql: {
    pattern: /^(?:file:(?!:memory:)|libsql:\/\/|https?:\/\/|wss?:\/\/)./,
    form: "file:<path>, libsql://…, http(s)://…",
  },
  // Not `file::memory:`, which would be another database for every connection.
  memory: { pattern: /^:memory:$/, form: ":memory:" },
} as const;

export type StoreKind = keyof typeof kinds;

export const databaseUrlForms = Object.values(kinds)
  .map(({ form }) => form)
  .join(" or ");
export const databaseUrlPattern = new RegExp(
  Object.values(kinds)
    .map(({ pattern }) => pattern.source)
    .join("|"),
);

/** The kind of store that a url opens. Throws EventLogError for any other text, such as a path without `file:`. */
export function storeKindOf(url: unknown): StoreKind {
  for (const kind of Object.keys(kinds) as StoreKind[]) {
    if (typeof url === "string" && kinds[kind].pattern.test(url)) return kind;
  }
  // The query may contain a token.
  const got = typeof url === "string" ? JSON.stringify(url.replace(/\?.*/s, "")) : String(url);
  throw new EventLogError("unusable_database", `A database's url must be ${databaseUrlForms}. Got ${got}.`);
}
