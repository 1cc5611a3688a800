import { RunlessClientError } from "./client-error.ts";

interface RetryOptions {
  /** The most attempts after the first. */
  readonly retries: number;
  readonly wait: Wait;
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: ((error: RunlessClientError) => void) | undefined;
}

/** Tries again while another attempt may succeed. The attempt must be safe to repeat. */
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
/** If the server asks for a longer wait, there is no further attempt, and the call rejects. In milliseconds. */
const longestRetryAfter = 60_000;

/**
 * How many milliseconds to wait after attempt number `attempt`; undefined if another attempt can't help. `random` is from
 * 0 to 1. Exponential backoff with full jitter, in addition to what the server asks for, so that clients that failed
 * together do not retry together.
 */
export function backoff(error: RunlessClientError, attempt: number, random: number): number | undefined {
  if (error.code !== "unavailable" && error.code !== "network" && error.code !== "timeout") return undefined;
  const { retryAfter = 0 } = error;
  if (retryAfter > longestRetryAfter) return undefined;
  return retryAfter + random * Math.min(longestBackoff, firstBackoff * 2 ** (attempt - 1));
}

/** The value of Retry-After, which is in seconds or a date, in milliseconds from now. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

/** Resolves after so many milliseconds. Rejects with the signal's reason. */
export type Wait = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

// A timer of more than 31 bits fires at once.
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

/** An idempotency key of 128 random bits. Not crypto.randomUUID, which pages over plain http do not have. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
