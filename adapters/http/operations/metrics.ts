import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Commit } from "../../../storage/index.ts";

/** What a server counts for Prometheus, in a registry of its own. */
export interface Metrics {
  readonly registry: Registry;
  /** To be told of every commit: LibsqlOptions' `onCommit`. */
  committed(commit: Commit): void;
  /** How many milliseconds the clock runs ahead of what retention trusts; 0 where it follows the clock. */
  clockAhead(milliseconds: number): void;
  /** `milliseconds` until the answer began. */
  answered(method: string, route: string, status: number, milliseconds: number): void;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface RouteMetrics {
  readonly method: string;
  readonly route: string;
  readonly duration: Histogram.Internal<"method" | "route">;
  readonly statuses: Map<number, number>;
}

/**
 * New metrics, which count nothing yet: `createApp` and whoever opens the log tell them.
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
  const registry = new Registry();
  const registers = [registry];
  const commitEvents = new Histogram({
    name: "runless_commit_events",
    help: "Events that shared a commit.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000],
    registers,
  });
  const commitSeconds = new Histogram({
    name: "runless_commit_duration_seconds",
    help: "How long a commit took.",
    buckets: seconds,
    registers,
  });
  const requestSeconds = new Histogram({
    name: "runless_http_request_duration_seconds",
    help: "How long a request waited for the beginning of its answer.",
    labelNames: ["method", "route"],
    buckets: seconds,
    registers,
  });
  const clockAhead = new Gauge({
    name: "runless_retention_clock_ahead_seconds",
    help: "How far the clock runs ahead of what retention trusts: nothing is deleted meanwhile. 0 where it follows the clock.",
    registers,
  });
  const routes = new Map<string, Map<string, RouteMetrics>>();

  // Counted in numbers, and made into a metric when it is asked for: labels cost, and every report comes through here.
  new Counter({
    name: "runless_http_requests_total",
    help: "Requests that were answered.",
    labelNames: ["method", "route", "status"],
    registers,
    collect() {
      this.reset();
      for (const { method, route, statuses } of [...routes.values()].flatMap((methods) => [...methods.values()])) {
        for (const [status, count] of statuses) this.inc({ method, route, status }, count);
      }
    },
  });

  return {
    registry,
    committed({ events, milliseconds }) {
      commitEvents.observe(events);
      commitSeconds.observe(milliseconds / 1000);
    },
    clockAhead: (milliseconds) => clockAhead.set(milliseconds / 1000),
    answered(method, route, status, milliseconds) {
      let methods = routes.get(route); // not by both in one text, which each request would have to make
      if (methods === undefined) {
        methods = new Map();
        routes.set(route, methods);
      }
      let metrics = methods.get(method);
      if (metrics === undefined) {
        metrics = { method, route, duration: requestSeconds.labels({ method, route }), statuses: new Map() };
        methods.set(method, metrics);
      }
      metrics.duration.observe(milliseconds / 1000);
      metrics.statuses.set(status, (metrics.statuses.get(status) ?? 0) + 1);
    },
  };
}
