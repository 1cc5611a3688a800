import { Gauge, type Registry } from "prom-client";
import { freshnessStates } from "../../../core/events/freshness-change.ts";
import type { WatchCounts, WatchStore } from "../../../storage/index.ts";
import { cached, statsAge } from "./log-metrics.ts";

const kinds = ["freshness", "check"] as const;
const severities = ["WARN", "ERROR"] as const;

/** Adds the metrics of what is watched. Without a store all are 0: nothing is watched. */
export function addWatchMetrics(registry: Registry, watching: Pick<WatchStore, "counts"> | undefined): void {
  const counts = cached(async () => watching?.counts(), statsAge);
  // What can't be read is NaN, so that the other metrics are still answered.
  const read = async (of: (found: WatchCounts) => number) => {
    try {
      const found = await counts();
      return found === undefined ? 0 : of(found);
    } catch {
      return Number.NaN;
    }
  };

  new Gauge({
    name: "runless_freshness_subjects",
    help: "Assets and partitions that a freshness policy watches, by their state.",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      for (const state of freshnessStates) this.set({ state }, await read(({ subjects }) => subjects[state]));
    },
  });
  new Gauge({
    name: "runless_alerts_firing",
    help: "Alerts that fire, muted ones too.",
    labelNames: ["kind", "severity"],
    registers: [registry],
    async collect() {
      for (const kind of kinds) {
        for (const severity of severities) {
          const is = (one: WatchCounts["firing"][number]) => one.kind === kind && one.severity === severity;
          this.set({ kind, severity }, await read(({ firing }) => firing.find(is)?.count ?? 0));
        }
      }
    },
  });
}
