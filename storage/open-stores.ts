import type { EventLog } from "./event-log.ts";
import type { LibsqlOptions } from "./libsql/libsql-options.ts";
import { openLibsqlStores } from "./libsql/libsql-stores.ts";
import type { Maintenance } from "./maintenance.ts";
import { createMemoryDefinitionStore } from "./memory/definition-store.ts";
import { createMemoryEventLog } from "./memory/memory-event-log.ts";
import { createMemoryTokenStore } from "./memory/token-store.ts";
import type { Stores } from "./stores.ts";

/** Opens the stores at an address. `:memory:` keeps them as long as the process lives; any other url is a libSQL database. */
export async function openStores(options: LibsqlOptions): Promise<Stores> {
  if (options.url !== ":memory:") return openLibsqlStores(options);
  const clock = { now: options.now ?? Date.now };
  return {
    log: createMemoryEventLog({ ...clock, onCommit: options.onCommit }),
    tokens: createMemoryTokenStore(clock),
    definitions: createMemoryDefinitionStore(clock),
  };
}

/**
 * Opens the event log at an address. `:memory:` keeps it as long as the process lives; any other url is a libSQL database.
 * Throws EventLogError.
 *
 * @example
 * const log = await openEventLog({ url: "file:runless.db" });
 */
export async function openEventLog(options: LibsqlOptions): Promise<EventLog & Maintenance> {
  return (await openStores(options)).log;
}
