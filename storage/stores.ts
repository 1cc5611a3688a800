import type { EventLog } from "./event-log.ts";
import type { Maintenance } from "./maintenance.ts";
import type { TokenStore } from "./token-store.ts";

/** The content of a database: the event log, and the tokens for it. Closing the log closes both. */
export interface Stores {
  readonly log: EventLog & Maintenance;
  readonly tokens: TokenStore;
}
