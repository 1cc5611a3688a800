const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long to wait after the first failure, the second, and so on: 13 attempts in three days. */
const delays = [
  0,
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/** Random times keep receivers from getting what several servers send at the same moment. */
const spread = 0.2;

export const mostFailures = delays.length + 1;

/** The shortest time in which that many attempts are made. */
export const shortestFailing = (1 - spread) * delays.reduce<number>((sum, delay) => sum + delay, 0);

/** The wait after this many failures one after the other. `random` is at least 0 and less than 1. */
export function retryDelay(failures: number, random: number): number {
  const delay = delays[Math.min(Math.max(failures, 1), delays.length) - 1] ?? 0;
  return Math.round(delay * (1 - spread + 2 * spread * random));
}

/** A receiver that refuses one payload may be in the middle of a change, so it gets that three times in ten minutes. */
const refusedDelays = [2 * minute, 8 * minute] as const;

export const mostRefusals = refusedDelays.length + 1;

export function refusedDelay(refusals: number): number {
  return refusedDelays[Math.min(refusals, refusedDelays.length) - 1] ?? 0;
}

export const mostLimited = 100;
const longestRetryAfter = hour;

/** The wait that a receiver asked for. One that asks again and again is asked less often, or it gets all attempts at once. */
export function limitedDelay(retryAfter: number, times: number): number {
  const least = times <= 3 ? 0 : (delays[Math.min(times - 3, delays.length - 1)] ?? 0);
  return Math.min(longestRetryAfter, Math.max(retryAfter, least));
}
