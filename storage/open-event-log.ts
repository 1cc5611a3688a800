import type { EventLog } from "./event-log.ts";
import { type LibsqlOptions, openLibsqlEventLog } from "./libsql/libsql-event-log.ts";
import { createMemoryEventLog } from "./memory.ts";

/** The event log at an address: `:memory:` keeps events while the process lives, any other url is a libSQL database. */
export async function openEventLog(options: LibsqlOptions): Promise<EventLog> {
  if (options.url === ":memory:") return createMemoryEventLog({ now: options.now ?? Date.now });
  return openLibsqlEventLog(options);
}
