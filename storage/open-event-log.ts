import type { EventLog } from "./event-log.ts";
import type { LibsqlOptions } from "./libsql/libsql-options.ts";
import type { Maintenance } from "./maintenance.ts";
import { openStores } from "./open-stores.ts";

/** The event log at an address: `:memory:` keeps events while the process lives, any other url is a libSQL database. */
export async function openEventLog(options: LibsqlOptions): Promise<EventLog & Maintenance> {
  return (await openStores(options)).log;
}
