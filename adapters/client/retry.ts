import { backoff } from "./backoff.ts";
import { RunlessClientError } from "./client-error.ts";
import type { Wait } from "./wait.ts";

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
