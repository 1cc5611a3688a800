import type { EventLog, Maintenance, Overview } from "../../storage/index.ts";
import type { Limits } from "../config/limits.ts";
import type { BrowserPolicy } from "./access/browser-guard.ts";
import type { Caller } from "./access/caller.ts";
import type { ScopedEventLog } from "./access/scoped-event-log.ts";
import type { TokenCache } from "./access/token-cache.ts";
import type { DisableIdleTimeout } from "./events/idle-timeout.ts";
import type { Forwarder } from "./forwarder.ts";
import type { Metrics } from "./operations/metrics.ts";
import type { RequestParts } from "./request-parts.ts";
import type { ServedLog } from "./served-log.ts";

/** What a server is made of: a log, and more where the defaults won't do. */
export interface AppOptions extends Omit<AppDeps, "log" | "config"> {
  /** Any log. Where it has an Overview or Maintenance of its own, the routes use them. */
  readonly log: EventLog & Partial<Overview> & Partial<Maintenance>;
  /** Default: `defaultLimits`, also for each limit that is left out. */
  readonly config?: { readonly limits?: Partial<Limits> } & Pick<AppConfig, "metrics">;
}

/** The part of Config that the app goes by; not Config itself, which leads to the types of its parts. */
export interface AppConfig {
  readonly limits: Limits;
  readonly metrics?: {
    /** A metric for each asset. Default: false. */
    readonly assets: boolean;
  };
}

export interface AppDeps {
  readonly log: ServedLog;
  readonly config: AppConfig;
  /** Default: new ones. Those of the process, and of the log's commits, are for whoever opens the log to add. */
  readonly metrics?: Metrics;
  /** Who is let in. Default: everybody, to everything. */
  readonly tokens?: TokenCache;
  /**
   * Default: pages of its own origin only, and any host name. Where no token is needed, that lets DNS rebinding in:
   * `{ corsOrigins: [], hosts: () => [] }` takes localhost and addresses alone.
   */
  readonly browser?: BrowserPolicy;
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** False from the moment on when no more requests should be sent here. */
  readonly isAccepting?: () => boolean;
  /** What the database has said of damage to its file, which stays until the server starts again. Default: nothing. */
  readonly damage?: () => string | undefined;
  /** Aborts when the server shuts down: answers that would go on for ever end then. */
  readonly closing?: AbortSignal;
  /** Another thread, which reads, renders, and takes large bodies. Default: this one does. */
  readonly forwarder?: Forwarder;
}

/** A request that is authorized already. */
export interface Authorized {
  readonly caller: Caller;
  /** Rejects once the caller is no longer let in. */
  readonly recheck: () => Promise<void>;
}

export const authorized: unique symbol = Symbol("runless.authorized");

/** What goes along with each request: what the runtime that listens hands in, and what the token check finds out. */
export interface AppEnv {
  readonly Variables: {
    readonly caller: Caller;
    /** The log as the caller may see it: nothing is read from any other. */
    readonly log: ScopedEventLog;
  };
  readonly Bindings: {
    /** What another thread has found out of the request. A symbol, so that no environment has it by chance. */
    readonly [authorized]?: Authorized;
    readonly disableIdleTimeout?: DisableIdleTimeout;
    /** From now on ends the connection as soon as the sender ends its half of it. */
    readonly endWithSender?: () => void;
    /** Ends the connection at once, so that nobody takes what was sent for the whole answer. */
    readonly breakOff?: () => void;
    /** The answer to a report, where the runtime knows it by sight and says it in its own way. Default: a new one. */
    readonly recorded?: Response;
    /** Node's own request: its headers as they came, names and values by turns. */
    readonly incoming?: { readonly rawHeaders: readonly string[] };
  };
}

/** Needs no `this`: each of its functions may be handed on by itself. */
export interface RunlessApp {
  /**
   * Answers a request, wherever it is mounted: what is in front of the paths of the API must be taken off its url before
   * (Hono's `mount` and Express do). `env` is what a runtime hands in with a request: what is not of AppEnv's `Bindings` is
   * ignored.
   */
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  /**
   * Answers a report as `fetch` would, for less. Undefined for every other request, and where the report is not let in at
   * once, or a middleware wants it: then nothing was read, and `fetch` has the answer.
   */
  readonly report: (request: RequestParts, env?: object) => Promise<Response> | undefined;
}
