import { Counter, Gauge, type Registry } from "prom-client";
import type { RunlessEventType } from "../../../core/index.ts";
import type { LogStats, Maintenance } from "../../../storage/index.ts";
import type { InstrumentedAppends } from "./instrument-appends.ts";

const kinds = {
  ASSET_MATERIALIZATION: "materialization",
  ASSET_OBSERVATION: "observation",
  ASSET_CHECK_EVALUATION: "check",
} as const satisfies Record<RunlessEventType, string>;
const kindNames = Object.entries(kinds) as [RunlessEventType, string][]; // entries of `kinds`

/** How long statistics of the log are cached, in milliseconds: with many assets, reading them takes a while. */
export const statsAge = 10_000;

/** Adds the metrics of reports and of the contents of the log. */
export function addLogMetrics(registry: Registry, appends: InstrumentedAppends, log: Pick<Maintenance, "stats">): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  // A statistic that can't be read is NaN, so that the other metrics are still answered.
  const ofStats = (read: (stats: LogStats) => number | undefined) => () =>
    stats().then(
      (found) => read(found) ?? Number.NaN,
      () => Number.NaN,
    );
  const stats = cached(() => log.stats(), statsAge);

  new Counter({
    name: "runless_reported_events_total",
    help: "Events that reached the log, by what became of them.",
    labelNames: ["kind", "outcome"],
    registers,
    collect() {
      this.reset();
      const counts = appends.counts();
      for (const [type, kind] of kindNames) {
        for (const [outcome, count] of Object.entries(counts[type])) this.inc({ kind, outcome }, count);
      }
    },
  });
  gauge("runless_queue_events", "Events that wait for their commit.", () => appends.queue().events);
  gauge("runless_queue_oldest_seconds", "How long the first of those has waited.", () => appends.queue().oldest / 1000);
  gauge(
    "runless_assets",
    "Assets with events.",
    ofStats(({ assets }) => assets),
  );
  gauge(
    "runless_database_bytes",
    "Size of the database.",
    ofStats(({ bytes }) => bytes?.all),
  );
  gauge(
    "runless_database_free_bytes",
    "What of that is free for new events.",
    ofStats(({ bytes }) => bytes?.free),
  );
  new Gauge({
    name: "runless_events",
    help: "Events that are kept.",
    labelNames: ["kind"],
    registers,
    async collect() {
      for (const [type, kind] of kindNames) this.set({ kind }, await ofStats(({ events }) => events[type])());
    },
  });
}

/** Caches a read. It reads again once the last result is older than `age` milliseconds, or was a failure. */
export function cached<Value>(read: () => Promise<Value>, age: number): () => Promise<Value> {
  let last: { readonly at: number; readonly value: Promise<Value> } | undefined;
  return () => {
    if (last !== undefined && performance.now() - last.at < age) return last.value;
    const value = read();
    last = { at: performance.now(), value };
    value.catch(() => {
      last = undefined;
    });
    return value;
  };
}
