import { storeKindOf } from "../database-url.ts";
import type { Load } from "../group-commit/group-commit.ts";
import type { Stores } from "../stores.ts";
import type { TokenStore } from "../token-store.ts";
import { createLibsqlDefinitionStore } from "./definitions/libsql-definition-store.ts";
import { databaseFile } from "./file/database-file.ts";
import { createLibsqlEventLog } from "./libsql-event-log.ts";
import type {
  DatabaseAddress,
  FileEvents,
  LibsqlDefinitionStore,
  LibsqlEventLog,
  LibsqlOptions,
} from "./libsql-options.ts";
import type { LogDatabase } from "./log-database.ts";
import { createLibsqlSendStore } from "./sending/libsql-send-store.ts";
import { createLibsqlWatchStore } from "./watching/libsql-watch-store.ts";

export interface LibsqlStores extends Stores {
  readonly log: LibsqlEventLog;
  readonly definitions: LibsqlDefinitionStore;
}

/** The database commits groups in order, while the next ones are on their way. */
const remoteGroupsAtOnce = 6;

const unbounded: Load = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/**
 * The stores in a libSQL database: a file (`file:runless.db`), which is created or migrated, or a remote one
 * (`libsql://…`). Throws EventLogError.
 */
export async function openLibsqlStores(options: LibsqlOptions): Promise<LibsqlStores> {
  storeKindOf(options.url); // throws for a url of no store
  const { now = Date.now, onCommit, onDamage, onFileTrouble, watchesLog, queue = unbounded, ...address } = options;
  const isRemote = databaseFile(address.url) === undefined;
  const database = isRemote
    ? await openRemote(address)
    : await openThreads(address, { onDamage, onFileTrouble, watchesLog });
  const groupsAtOnce = isRemote ? remoteGroupsAtOnce : 1;
  return {
    log: createLibsqlEventLog(database, now, { queue, groupsAtOnce, onCommit }),
    tokens: createLibsqlTokenStore(database, now),
    definitions: createLibsqlDefinitionStore(database, (source, given, options) =>
      database.replaceDefinitions({ source, given, options, now: now() }),
    ),
    watching: createLibsqlWatchStore(database, now),
    sending: createLibsqlSendStore(database, now),
  };
}

/** Loaded only here: a process with a file needs nothing of the driver on this thread. */
async function openRemote(address: DatabaseAddress): Promise<LogDatabase> {
  const [{ createLogDatabase }, { openRemoteAccess }] = await Promise.all([
    import("./create-log-database.ts"),
    import("./remote/remote-access.ts"),
  ]);
  return createLogDatabase(await openRemoteAccess(address));
}

/** Loaded only here, since a Worker runtime has no threads. */
async function openThreads(address: DatabaseAddress, events: FileEvents): Promise<LogDatabase> {
  const { openDatabaseThreads } = await import("./file/database-threads.ts");
  return openDatabaseThreads(address, events);
}

/**
 * The event log alone.
 *
 * @example
 * const log = await openLibsqlEventLog({ url: "file:runless.db" });
 * const [marks] = await log.recent([["warehouse", "orders"]], 20);
 * await log.close();
 */
export async function openLibsqlEventLog(options: LibsqlOptions): Promise<LibsqlEventLog> {
  return (await openLibsqlStores(options)).log;
}

/** The tokens in the database of a log. */
function createLibsqlTokenStore(database: LogDatabase, now: () => number): TokenStore {
  const byId = async (id: number | undefined) =>
    id === undefined ? undefined : (await database.tokens()).find((token) => token.id === id);
  return {
    create: async (token) => byId(await database.createToken(token, now())),
    list: () => database.tokens(),
    revoke: async (name) => byId(await database.revokeToken(name, now())),
    noteUses: (uses) => database.noteTokenUses(uses),
  };
}
