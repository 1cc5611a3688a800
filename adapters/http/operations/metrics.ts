import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Commit } from "../../../storage/index.ts";

/** The metrics of a server for Prometheus, in a registry of its own. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts a commit. Pass it to the event log as `onCommit`. */
  committed(commit: Commit): void;
  /** Sets how many milliseconds the clock runs ahead of what retention trusts; 0 if retention follows it. */
  clockAhead(milliseconds: number): void;
  /** Sets how far the watcher of this process is. */
  watched(watcher: WatcherProgress): void;
  /** Counts a request. `milliseconds` is the time until its answer began. */
  answered(method: string, route: string, status: number, milliseconds: number): void;
}

/** How far the loop is that watches assets. */
export interface WatcherProgress {
  /** How many ids the log is ahead of what it has followed. */
  readonly behind: number;
  /** Whether this process holds the lease. */
  readonly isHolder: boolean;
  /** When states were judged last, in milliseconds since 1970 UTC; null: not yet. */
  readonly evaluatedAt: number | null;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface RouteMetrics {
  readonly method: string;
  readonly route: string;
  readonly duration: Histogram.Internal<"method" | "route">;
  readonly statuses: Map<number, number>;
}

/**
 * New metrics with all counts at zero. `createApp` and the program that opens the log update them.
 *
 * @example
 * const metrics = createMetrics();
 * const log = await openLibsqlEventLog({ url: "file:runless.db", onCommit: metrics.committed });
 * const app = createApp({ log, metrics });
 * await app.fetch(new Request("http://localhost/report_asset_observation/vendor/prices", { method: "POST" }));
 * console.log((await metrics.registry.metrics()).includes("runless_commit_events_count 1")); // true
 * await log.close();
 */
export function createMetrics(): Metrics {
  return new ServerMetrics();
}

class ServerMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #commitEvents = new Histogram({
    name: "runless_commit_events",
    help: "Events that shared a commit.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000],
    registers: [this.registry],
  });
  readonly #commitSeconds = new Histogram({
    name: "runless_commit_duration_seconds",
    help: "How long a commit took.",
    buckets: seconds,
    registers: [this.registry],
  });
  readonly #requestSeconds = new Histogram({
    name: "runless_http_request_duration_seconds",
    help: "How long a request waited for the beginning of its answer.",
    labelNames: ["method", "route"],
    buckets: seconds,
    registers: [this.registry],
  });
  readonly #clockAhead = new Gauge({
    name: "runless_retention_clock_ahead_seconds",
    help: "How far the clock runs ahead of what retention trusts: nothing is deleted meanwhile. 0 where it follows the clock.",
    registers: [this.registry],
  });
  readonly #watcherLag = new Gauge({
    name: "runless_watcher_lag_events",
    help: "How many events the watcher has yet to follow.",
    registers: [this.registry],
  });
  readonly #isHolder = new Gauge({
    name: "runless_watcher_is_holder",
    help: "1 where this process watches, 0 where another does, or nothing is to be watched.",
    registers: [this.registry],
  });
  readonly #evaluatedAt = new Gauge({
    name: "runless_watcher_last_evaluation_timestamp_seconds",
    help: "When freshness was judged last, in seconds since 1970; 0: not yet.",
    registers: [this.registry],
  });
  readonly #routes = new Map<string, Map<string, RouteMetrics>>();

  constructor() {
    const routes = this.#routes;
    // Counted in plain numbers, and made into metrics when they are collected: labels cost every report time.
    new Counter({
      name: "runless_http_requests_total",
      help: "Requests that were answered.",
      labelNames: ["method", "route", "status"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { method, route, statuses } of [...routes.values()].flatMap((methods) => [...methods.values()])) {
          for (const [status, count] of statuses) this.inc({ method, route, status }, count);
        }
      },
    });
  }

  // These three are properties, so that they can be passed on by themselves.
  readonly committed = ({ events, milliseconds }: Commit): void => {
    this.#commitEvents.observe(events);
    this.#commitSeconds.observe(milliseconds / 1000);
  };

  readonly clockAhead = (milliseconds: number): void => {
    this.#clockAhead.set(milliseconds / 1000);
  };

  readonly watched = ({ behind, isHolder, evaluatedAt }: WatcherProgress): void => {
    this.#watcherLag.set(behind);
    this.#isHolder.set(isHolder ? 1 : 0);
    this.#evaluatedAt.set((evaluatedAt ?? 0) / 1000);
  };

  answered(method: string, route: string, status: number, milliseconds: number): void {
    let methods = this.#routes.get(route); // not one map by both: each request would have to make its key
    if (methods === undefined) {
      methods = new Map();
      this.#routes.set(route, methods);
    }
    let metrics = methods.get(method);
    if (metrics === undefined) {
      metrics = { method, route, duration: this.#requestSeconds.labels({ method, route }), statuses: new Map() };
      methods.set(method, metrics);
    }
    metrics.duration.observe(milliseconds / 1000);
    metrics.statuses.set(status, (metrics.statuses.get(status) ?? 0) + 1);
  }
}
