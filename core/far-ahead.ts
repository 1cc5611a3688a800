import { InvalidEventError } from "./invalid-event-error.ts";

const day = 24 * 60 * 60 * 1000;

/** What an event's timestamp is judged by. Times are milliseconds since 1970 UTC. */
export interface TimestampBounds {
  readonly now: number;
  /** When a log received the event, for one that a log has recorded already: its clock may have been ahead of this one. */
  readonly receivedAt?: number | undefined;
}

/**
 * Throws InvalidEventError where a timestamp is more than 24 hours ahead of the clock: such an event would stay the
 * latest of its asset until its time has come.
 */
export function assertNotFarAhead(timestamp: number | null, { now, receivedAt = now }: TimestampBounds): void {
  if (timestamp === null || timestamp <= Math.max(now, receivedAt) + day) return;
  const [given, clock] = [timestamp, now].map((time) => new Date(time).toISOString());
  const problem = "must be at most 24 hours ahead of the clock";
  throw new InvalidEventError("timestamp", `The field timestamp ${problem}. Got ${given}, and it is ${clock}.`);
}
