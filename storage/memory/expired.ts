import type { RecordedEvent } from "../../core/index.ts";
import type { Expiry } from "../maintenance.ts";
import { assetsOf, checksOf, latestVersioned, partitionsOf } from "../scan/summaries.ts";

/** The expired events, except for those that are kept: see `Maintenance.prune`. */
export function expiredEvents(
  events: readonly RecordedEvent[],
  before: NonNullable<Expiry["events"]>,
): readonly RecordedEvent[] {
  const kept = new Set(latestIds(events)).add(events.at(-1)?.id ?? 0);
  return events.filter(({ id, type, receivedAt }) => {
    const time = before[type];
    return time !== undefined && receivedAt < time && !kept.has(id);
  });
}

/** The ids of all events that a record, a partition or a check refers to. */
function latestIds(events: readonly RecordedEvent[]): readonly number[] {
  return assetsOf(events).flatMap(({ events: ofAsset, record }) => {
    const { latestMaterialization, latestObservation, checks } = record();
    const found = [
      latestMaterialization,
      latestObservation,
      latestVersioned(ofAsset),
      ...checks,
      ...partitionsOf(ofAsset).map((partition) => partition.latestMaterialization),
      ...checksOf(ofAsset).map(({ latestEvaluation }) => latestEvaluation),
    ];
    return found.flatMap((event) => event?.id ?? []);
  });
}
