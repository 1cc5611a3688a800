import type { Commit, EventLog } from "../event-log.ts";
import type { Stores } from "../stores.ts";
import type { DatabaseAddress } from "./connection.ts";
import { openDatabaseThreads } from "./database-threads.ts";
import type { Load } from "./group-commit.ts";
import { createLibsqlEventLog } from "./libsql-event-log.ts";
import { createLibsqlTokenStore } from "./libsql-token-store.ts";
import { openLogDatabase } from "./log-database.ts";

export interface LibsqlOptions extends DatabaseAddress {
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** Told of every commit of events, right after it. It must not throw. */
  readonly onCommit?: ((commit: Commit) => void) | undefined;
  /** How much may wait to be recorded; past it `append` rejects with `overloaded`. Default: as much as comes. */
  readonly queue?: Load | undefined;
}

const unbounded: Load = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/**
 * What is kept in a libSQL database: a file (`file:runless.db`), which is created or migrated, or a remote one
 * (`libsql://…`).
 */
export async function openLibsqlStores(options: LibsqlOptions): Promise<Stores> {
  const { now = Date.now, onCommit, queue = unbounded, ...address } = options;
  const isFile = address.url.startsWith("file:");
  const database = await (isFile ? openDatabaseThreads(address) : openLogDatabase(address));
  return { log: createLibsqlEventLog(database, now, queue, onCommit), tokens: createLibsqlTokenStore(database, now) };
}

/** The event log alone. */
export async function openLibsqlEventLog(options: LibsqlOptions): Promise<EventLog> {
  return (await openLibsqlStores(options)).log;
}
