import type { RecordedEvent } from "../../core/index.ts";
import type { Expiry } from "../maintenance.ts";
import { assetsOf, checksOf, latestVersioned, partitionsOf } from "../scan/summaries.ts";

/** The events that have expired, without those that are kept all the same. */
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

/** The ids of what a record, a partition or a check names. */
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
