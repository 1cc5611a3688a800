import type { EventLog } from "../../storage/index.ts";
import type { Config } from "../config.ts";

/** What a server is made of. */
export interface AppDeps {
  readonly log: EventLog;
  readonly config: Pick<Config, "limits">;
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** False from the moment on when no more requests should be sent here. */
  readonly isAccepting?: () => boolean;
  /** Aborts when the server shuts down: answers that would go on for ever end then. */
  readonly closing?: AbortSignal;
}

/** What the runtime that listens hands in with each request. */
export interface AppEnv {
  readonly Bindings: {
    /** Lets this request's connection stay open while it is quiet. */
    readonly keepOpen?: () => void;
  };
}
