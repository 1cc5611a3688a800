import type { DefinitionStore } from "./definitions/definition-store.ts";
import type { EventLog } from "./event-log.ts";
import type { Maintenance } from "./maintenance.ts";
import type { SendStore } from "./sending/send-store.ts";
import type { TokenStore } from "./token-store.ts";
import type { WatchStore } from "./watching/watch-store.ts";

/**
 * The content of a database: the event log, its tokens, the definitions of its assets, what is watched, and what
 * destinations are told. Closing the log closes all.
 */
export interface Stores {
  readonly log: EventLog & Maintenance;
  readonly tokens: TokenStore;
  readonly definitions: DefinitionStore;
  readonly watching: WatchStore;
  readonly sending: SendStore;
}
