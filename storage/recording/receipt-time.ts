/** Milliseconds. A clock that is set back by at most this much does not change the order of events without a timestamp. */
export const smallStepBack = 60_000;

/**
 * The `receivedAt` of a new event. It never decreases as ids grow: `last` is the `receivedAt` of the newest event in
 * the log.
 *
 * @example
 * console.log(receiptTime(1_000, 3_000)); // 3000
 */
export function receiptTime(now: number, last: number): number {
  return Math.max(now, last);
}

/**
 * The timestamp of an event that was reported without one: the clock's time. `receivedAt` won't do, because it stays days
 * ahead after a clock that was days ahead, and then no event with a true time would be the latest. If the clock was set
 * back only a little, `receivedAt` is used, so that the events keep their order.
 *
 * @example
 * console.log(defaultTimestamp(1_000, 3_000), defaultTimestamp(1_000, 90_000_000)); // 3000 1000
 */
export function defaultTimestamp(now: number, receivedAt: number): number {
  return receivedAt - now <= smallStepBack ? receivedAt : now;
}
