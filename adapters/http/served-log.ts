import { overviewOf } from "../../storage/default-overview.ts";
import { type EventLog, type Maintenance, type Overview, type WaitReads, waitReadsOf } from "../../storage/index.ts";

/** The log that the routes use. */
export interface ServedLog extends EventLog, Overview, WaitReads, Pick<Maintenance, "prunedId" | "probe" | "stats"> {}

/**
 * A log with defaults for what the routes use in addition. Without an overview of its own, it is read from the log. Without
 * maintenance, nothing was ever pruned, the size is unknown, and a probe only checks that the log answers.
 *
 * Each function calls the log's method: a spread of the log would lose the methods of a class, and their `this`.
 */
export function servedLog(log: EventLog & Partial<Overview> & Partial<WaitReads> & Partial<Maintenance>): ServedLog {
  return {
    append: (units, options) => log.append(units, options),
    wipe: (target, by) => log.wipe(target, by),
    get: (id) => log.get(id),
    query: (filter, page) => log.query(filter, page),
    asset: (key) => log.asset(key),
    assets: (filter, page) => log.assets(filter, page),
    partitions: (key, page) => log.partitions(key, page),
    checks: (key, page) => log.checks(key, page),
    id: () => log.id(),
    watch: (listener) => log.watch(listener),
    close: () => log.close(),
    ...overviewOf(log),
    ...waitReadsOf(log),
    prunedId: async (type) => (await log.prunedId?.(type)) ?? 0,
    probe: async () => void (await (log.probe?.() ?? log.id())),
    stats: async () => {
      if (log.stats === undefined) throw new Error("This log does not say how much there is.");
      return log.stats();
    },
  };
}
