import type { Commit } from "../event-log.ts";
import type { Stores } from "../stores.ts";
import type { DatabaseAddress } from "./connection.ts";
import { databaseFile } from "./database-file.ts";
import type { OnDamage } from "./database-threads.ts";
import type { Load } from "./group-commit.ts";
import { createLibsqlEventLog, type LibsqlEventLog } from "./libsql-event-log.ts";
import { createLibsqlTokenStore } from "./libsql-token-store.ts";
import { createLogDatabase, type LogDatabase } from "./log-database.ts";
import { openRemoteAccess } from "./remote-access.ts";

export interface LibsqlOptions extends DatabaseAddress {
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** Told of every commit of events, right after it. It must not throw. */
  readonly onCommit?: ((commit: Commit) => void) | undefined;
  /** Told where a database file turns out to be damaged after it was opened, which reads and writes alike may meet. */
  readonly onDamage?: OnDamage | undefined;
  /** How much may wait to be recorded; past it `append` rejects with `overloaded`. Default: as much as comes. */
  readonly queue?: Load | undefined;
}

export interface LibsqlStores extends Stores {
  readonly log: LibsqlEventLog;
}

/** The database commits them in order, and the next ones are on their way meanwhile. */
const remoteGroupsAtOnce = 6;

const unbounded: Load = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/**
 * What is kept in a libSQL database: a file (`file:runless.db`), which is created or migrated, or a remote one
 * (`libsql://…`).
 */
export async function openLibsqlStores(options: LibsqlOptions): Promise<LibsqlStores> {
  const { now = Date.now, onCommit, onDamage, queue = unbounded, ...address } = options;
  const isRemote = databaseFile(address.url) === undefined;
  const database = isRemote ? createLogDatabase(await openRemoteAccess(address)) : await openThreads(address, onDamage);
  const groupsAtOnce = isRemote ? remoteGroupsAtOnce : 1;
  return {
    log: createLibsqlEventLog(database, now, { queue, groupsAtOnce, onCommit }),
    tokens: createLibsqlTokenStore(database, now),
  };
}

/** Loaded only here, since a Worker runtime has no threads. */
async function openThreads(address: DatabaseAddress, onDamage?: OnDamage): Promise<LogDatabase> {
  const { openDatabaseThreads } = await import("./database-threads.ts");
  return openDatabaseThreads(address, onDamage);
}

/** The event log alone. */
export async function openLibsqlEventLog(options: LibsqlOptions): Promise<LibsqlEventLog> {
  return (await openLibsqlStores(options)).log;
}
