import type { EventLog } from "./event-log.ts";
import type { Maintenance } from "./maintenance.ts";
import type { TokenStore } from "./token-store.ts";

/** What a database holds: events, and who may report and read them. Closing the log closes both. */
export interface Stores {
  readonly log: EventLog & Maintenance;
  readonly tokens: TokenStore;
}
