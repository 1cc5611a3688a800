import { type StoreKind, storeKindOf } from "./database-url.ts";
import type { EventLog } from "./event-log.ts";
import type { LibsqlOptions } from "./libsql/libsql-options.ts";
import { openLibsqlStores } from "./libsql/libsql-stores.ts";
import type { Maintenance } from "./maintenance.ts";
import { createMemoryDefinitionStore } from "./memory/definition-store.ts";
import { createMemoryEventLog } from "./memory/memory-event-log.ts";
import { createMemorySendStore } from "./memory/send-store.ts";
import { createMemoryTokenStore } from "./memory/token-store.ts";
import { createMemoryWatchStore } from "./memory/watch-store.ts";
import type { Stores } from "./stores.ts";

const openers: Readonly<Record<StoreKind, (options: LibsqlOptions) => Promise<Stores>>> = {
  libsql: openLibsqlStores,
  memory: async ({ now = Date.now, onCommit }) => {
    const log = createMemoryEventLog({ now, onCommit });
    const definitions = createMemoryDefinitionStore({ now });
    const watching = createMemoryWatchStore({ log, definitions, now });
    return {
      ...{ log, definitions, watching, tokens: createMemoryTokenStore({ now }) },
      sending: createMemorySendStore({ watching }),
    };
  },
};

/**
 * Opens the stores at an address. `:memory:` keeps them as long as the process lives; any other url is a libSQL database.
 * Throws EventLogError. Options that mean nothing to a kind of store are ignored.
 *
 * @example
 * const { log, tokens, definitions } = await openStores({ url: "file:runless.db" });
 * await log.close();
 */
export async function openStores(options: LibsqlOptions): Promise<Stores> {
  return openers[storeKindOf(options.url)](options);
}

/**
 * Opens the event log at an address. `:memory:` keeps it as long as the process lives; any other url is a libSQL database.
 * Throws EventLogError.
 *
 * @example
 * const log = await openEventLog({ url: "file:runless.db" });
 * await log.close();
 */
export async function openEventLog(options: LibsqlOptions): Promise<EventLog & Maintenance> {
  return (await openStores(options)).log;
}
