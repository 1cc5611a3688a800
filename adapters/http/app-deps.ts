import type { EventLog } from "../../storage/index.ts";
import type { Config } from "../config.ts";

/** What a server is made of. */
export interface AppDeps {
  readonly log: EventLog;
  readonly config: Pick<Config, "limits">;
  /** False from the moment on when no more requests should be sent here. */
  readonly isAccepting?: () => boolean;
}
