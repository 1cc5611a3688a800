import type { RunlessClientError } from "./client-error.ts";

const first = 100;
const longest = 10_000;
/** A server that asks for more than this gets no further attempt: the caller hears of it instead. */
const longestRetryAfter = 60_000;

/**
 * How many milliseconds to wait before attempt `attempt` + 1, with `random` from 0 to 1; undefined where another
 * attempt is of no use. Exponential with full jitter, on top of what the server asked for, so that many clients that
 * failed together don't come back together.
 */
export function backoff(error: RunlessClientError, attempt: number, random: number): number | undefined {
  if (error.code !== "unavailable" && error.code !== "network" && error.code !== "timeout") return undefined;
  const { retryAfter = 0 } = error;
  if (retryAfter > longestRetryAfter) return undefined;
  return retryAfter + random * Math.min(longest, first * 2 ** (attempt - 1));
}

/** The header Retry-After, in seconds or as a date, as milliseconds from now. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
