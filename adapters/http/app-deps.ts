import type {
  DefinitionStore,
  EventLog,
  Maintenance,
  Overview,
  SendStore,
  WaitReads,
  WatchStore,
} from "../../storage/index.ts";
import type { Limits } from "../config/limits.ts";
import type { BrowserPolicy } from "./access/browser-guard.ts";
import type { Caller } from "./access/caller.ts";
import type { ScopedEventLog } from "./access/scoped-event-log.ts";
import type { TokenCache } from "./access/token-cache.ts";
import type { DisableIdleTimeout } from "./events/byte-stream.ts";
import type { Forwarder } from "./forwarder.ts";
import type { Metrics } from "./operations/metrics.ts";
import type { RequestParts } from "./request.ts";
import type { ServedLog } from "./served-log.ts";

/** What a server is made of: a log, and replacements for defaults. */
export interface AppOptions extends Omit<AppDeps, "log" | "config"> {
  /** Any log. If it has an Overview, WaitReads or Maintenance of its own, the routes use them. */
  readonly log: EventLog & Partial<Overview> & Partial<WaitReads> & Partial<Maintenance>;
  /** Default: `defaultLimits`, also for each limit that is left out. */
  readonly config?: { readonly limits?: Partial<Limits> } & Pick<AppConfig, "metrics">;
}

/** The part of Config that the app reads. Not Config itself, whose types would bring in those of all its parts. */
interface AppConfig {
  readonly limits: Limits;
  readonly metrics?: {
    /** A metric for each asset. Default: false. */
    readonly assets: boolean;
  };
}

export interface AppDeps {
  readonly log: ServedLog;
  readonly config: AppConfig;
  /** Default: none. Then nothing is defined, and the routes of definitions answer 501. */
  readonly definitions?: DefinitionStore;
  /** Default: none. Then nothing is watched, and the routes of freshness and alerts answer 501. */
  readonly watching?: WatchStore;
  /** Default: none. Then nobody is told of anything, and the routes of destinations answer 501. */
  readonly sending?: SendStore;
  /** Default: new ones. The program that opens the log adds those of the process and of the log's commits. */
  readonly metrics?: Metrics;
  /** Default: no request needs a token. */
  readonly tokens?: TokenCache;
  /**
   * Default: pages of its own origin only, and any host name. If no token is required, that allows DNS rebinding:
   * `{ corsOrigins: [], hosts: () => [] }` accepts localhost and addresses alone.
   */
  readonly browser?: BrowserPolicy;
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** Returns false once no more requests should be sent here. */
  readonly isAccepting?: () => boolean;
  /** Returns what the database has found damaged, until the server starts again. Default: nothing. */
  readonly damage?: () => string | undefined;
  /** Aborts when the server shuts down. It ends streams, which have no end of their own. */
  readonly closing?: AbortSignal;
  /** Another thread, which reads, renders, and parses large bodies. Default: this thread does. */
  readonly forwarder?: Forwarder;
}

/** The authorization of a request that another thread has checked. */
interface Authorized {
  readonly caller: Caller;
  /** Rejects once the caller is no longer authorized. */
  readonly recheck: () => Promise<void>;
}

export const authorized: unique symbol = Symbol("runless.authorized");

/** Hono's environment of each request: what the runtime passes in, and what the authorizer finds. */
export interface AppEnv {
  readonly Variables: {
    readonly caller: Caller;
    /** The log narrowed to the caller's prefix. Handlers read no other. */
    readonly log: ScopedEventLog;
  };
  readonly Bindings: {
    /** Set by the request thread. A symbol, so that no other environment has it by chance. */
    readonly [authorized]?: Authorized;
    readonly disableIdleTimeout?: DisableIdleTimeout;
    /** Ends the connection as soon as the sender ends its half of it. */
    readonly endWithSender?: () => void;
    /** Ends the connection at once, so that no client takes a part of an answer for the whole. */
    readonly breakOff?: () => void;
    /** The answer to a report, if the runtime compares it by identity and writes it itself. Default: a new one. */
    readonly recorded?: Response;
    /** Node's own request. `rawHeaders` alternates names and values. */
    readonly incoming?: { readonly rawHeaders: readonly string[] };
  };
}

/** Its functions do not use `this`, so each may be passed on by itself. */
export interface RunlessApp {
  /**
   * Answers a request. If the app is mounted below a path, that must be removed from the url first (Hono's `mount` and
   * Express do so). `env` is what a runtime passes in with a request; members that are not AppEnv's `Bindings` are ignored.
   */
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  /**
   * Answers a report as `fetch` does, at a lower cost. Returns undefined for every other request, for a report that can't
   * be authorized at once, and if middleware has to run. Then nothing was read, and `fetch` answers it.
   */
  readonly report: (request: RequestParts, env?: object) => Promise<Response> | undefined;
}
