import { RunlessClientError } from "./client-error.ts";

export interface RetryOptions {
  /** How often it is tried again at most. */
  readonly retries: number;
  readonly wait: Wait;
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: ((error: RunlessClientError) => void) | undefined;
}

/** Tries again where that may help. What is tried must be safe to repeat. */
export async function retry<Result>(attempt: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RunlessClientError) || tried > options.retries) throw error;
      const delay = backoff(error, tried, options.random());
      if (delay === undefined) throw error;
      options.onRetry?.(error);
      await options.wait(delay, options.signal);
    }
  }
}

const firstBackoff = 100;
const longestBackoff = 10_000;
/** A server that asks for more than this gets no further attempt: the caller hears of it instead. */
const longestRetryAfter = 60_000;

/**
 * How many milliseconds to wait before attempt `attempt` + 1, with `random` from 0 to 1; undefined where another
 * attempt is of no use. Exponential with full jitter, on top of what the server asked for, so that many clients that
 * failed together don't come back together.
 */
function backoff(error: RunlessClientError, attempt: number, random: number): number | undefined {
  if (error.code !== "unavailable" && error.code !== "network" && error.code !== "timeout") return undefined;
  const { retryAfter = 0 } = error;
  if (retryAfter > longestRetryAfter) return undefined;
  return retryAfter + random * Math.min(longestBackoff, firstBackoff * 2 ** (attempt - 1));
}

/** The header Retry-After, in seconds or as a date, as milliseconds from now. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

/** Resolves after so many milliseconds, or rejects with the signal's reason. */
export type Wait = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

// A timer of more than 31 bits ends at once.
const longestTimer = 2 ** 31 - 1;

export const wait: Wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const timer = setTimeout(() => end(resolve), Math.min(milliseconds, longestTimer));
    const abort = () => end(() => reject(signal?.reason));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });

/** A key that nobody else has: 128 random bits. Not crypto.randomUUID, which pages that came over http don't have. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
