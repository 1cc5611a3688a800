/** Over steps back of a clock up to this, in milliseconds, an event without a timestamp happens no earlier than the one before. */
export const smallStepBack = 60_000;

/** When an event is received. It never decreases with the id: `last` is that of the newest event in the log. */
export function receiptTime(now: number, last: number): number {
  return Math.max(now, last);
}

/**
 * When an event without a timestamp happened. The clock's own time, since `receivedAt` may come from a clock that was days
 * ahead, and would make no true time the latest. But a clock that is set back a little turns no order round.
 */
export function defaultTimestamp(now: number, receivedAt: number): number {
  return receivedAt - now <= smallStepBack ? receivedAt : now;
}
