import { longestIdempotencyKey } from "../../../core/events/event-input-schema.ts";
import type { EventReport } from "../../../core/index.ts";
import { fingerprint } from "../../../storage/fingerprint.ts";

// Two logs may have one idempotency key for two events, today's date say. An import drops neither: the second to come is
// recorded under the key and what it says. That names it the same in every log, whichever of the two came there first.

/** The report under its key and its content; undefined where that would be longer than a key may be. */
export function underContentKey(report: EventReport): EventReport | undefined {
  const { event, idempotencyKey } = report;
  const key = `${idempotencyKey}#${fingerprint(event)}`;
  return idempotencyKey === undefined || key.length > longestIdempotencyKey
    ? undefined
    : { event, idempotencyKey: key };
}

/** The other way round: the report under the key that its sender gave it, which may be free here. */
export function underSentKey(report: EventReport): EventReport {
  const [key, sent, hash] = /^(.*)#([\da-f]{64})$/s.exec(report.idempotencyKey ?? "") ?? [];
  return key === undefined || hash !== fingerprint(report.event) ? report : { ...report, idempotencyKey: sent };
}
