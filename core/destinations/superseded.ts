import type { Delivery } from "./delivery.ts";
import type { DeliveryOutcome } from "./next-attempt.ts";

/** What a destination knows of the alert that a delivery is about. */
export interface ToldAlert {
  readonly alertId: number;
  /**
   * What became of the messages that said that it fires and that are not pending any more. `nothing`: there were none, or
   * they were superseded. `dead`: all of them were given up. `delivered` is also for what is not known any more.
   */
  readonly told: "nothing" | "dead" | "delivered";
}

/** Undefined for a delivery that is about no alert. */
export type AlertLookup = (delivery: Delivery) => ToldAlert | undefined;

interface Options {
  readonly pending: readonly Delivery[];
  readonly isInFlight: (id: number) => boolean;
  readonly alertOf: AlertLookup;
  /** Whether `resolved` is sent although what said that it fires was given up. Its last attempt may have arrived. */
  readonly tellsAfterDead: boolean;
  readonly now: number;
}

/**
 * Nobody is told of an alert that ended before anybody was: neither that it fires nor that it was resolved. What may have
 * arrived is followed by its end.
 */
export function supersede({ pending, isInFlight, alertOf, tellsAfterDead, now }: Options): readonly DeliveryOutcome[] {
  const earlier = new Map<number, Delivery[]>();
  const over = new Map<number, Delivery>();
  for (const delivery of pending) {
    const isEnd = delivery.type === "alert.resolved";
    if (!isEnd && delivery.type !== "alert.firing" && delivery.type !== "alert.reminder") continue;
    const alert = alertOf(delivery);
    if (alert === undefined) continue;
    const before = earlier.get(alert.alertId) ?? [];
    earlier.set(alert.alertId, [...before, delivery]);
    if (!isEnd) continue;
    const untold = before.filter((one) => one.attempts === 0 && !isInFlight(one.id));
    for (const one of untold) over.set(one.id, one);
    const isTold = alert.told === "delivered" || (alert.told === "dead" && tellsAfterDead);
    const mayBeTold = isTold || untold.length < before.length;
    if (!mayBeTold && delivery.attempts === 0 && !isInFlight(delivery.id)) over.set(delivery.id, delivery);
  }
  return [...over.values()].map(({ id, attempts, answer }) => {
    return { id, status: "superseded", attempts, nextAt: now, endedAt: now, answer };
  });
}
