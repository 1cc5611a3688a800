import type { EventLog } from "../../storage/index.ts";

/**
 * A log with other functions for append and wipe. Every other method calls the log itself: a spread would lose the methods
 * of a class, and their `this`.
 */
export function withWrites(log: EventLog, { append, wipe }: Pick<EventLog, "append" | "wipe">): EventLog {
  return {
    append,
    wipe,
    get: (id) => log.get(id),
    query: (filter, page) => log.query(filter, page),
    asset: (key) => log.asset(key),
    assets: (filter, page) => log.assets(filter, page),
    assetMarks: (filter, page) => log.assetMarks(filter, page),
    marksOf: (keys) => log.marksOf(keys),
    assetStates: (filter, page) => log.assetStates(filter, page),
    recent: (keys, limit) => log.recent(keys, limit),
    failingChecks: (keys, limit) => log.failingChecks(keys, limit),
    checkHistories: (checks, limit) => log.checkHistories(checks, limit),
    timeline: (key, request) => log.timeline(key, request),
    partitions: (key, page) => log.partitions(key, page),
    partitionMarks: (key, page) => log.partitionMarks(key, page),
    checks: (key, page) => log.checks(key, page),
    prune: (expiry) => log.prune(expiry),
    prunedId: (type) => log.prunedId(type),
    prunedAt: () => log.prunedAt(),
    stats: () => log.stats(),
    lastMaterializations: (page) => log.lastMaterializations(page),
    probe: () => log.probe(),
    id: () => log.id(),
    watch: (listener) => log.watch(listener),
    close: () => log.close(),
  };
}
