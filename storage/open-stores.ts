import type { LibsqlOptions } from "./libsql/libsql-options.ts";
import { openLibsqlStores } from "./libsql/libsql-stores.ts";
import { createMemoryEventLog } from "./memory/memory-event-log.ts";
import { createMemoryTokenStore } from "./memory/token-store.ts";
import type { Stores } from "./stores.ts";

/** The stores at an address: `:memory:` keeps them while the process lives, any other url is a libSQL database. */
export async function openStores(options: LibsqlOptions): Promise<Stores> {
  if (options.url !== ":memory:") return openLibsqlStores(options);
  const clock = { now: options.now ?? Date.now };
  return { log: createMemoryEventLog({ ...clock, onCommit: options.onCommit }), tokens: createMemoryTokenStore(clock) };
}
