import { setTimeout as delay } from "node:timers/promises";
import { type RemoteFailure, remoteFailure } from "./remote-failure.ts";

// In milliseconds.
const firstPause = 20;
const longestPause = 500;

/** Tries again after failures that may pass. Begins no attempt after `timeout` milliseconds. */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  timeout: number,
  onFailure?: (failure: RemoteFailure) => void,
): Promise<Result> {
  const until = performance.now() + timeout;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await attempt();
    } catch (error) {
      const failure = remoteFailure(error);
      onFailure?.(failure);
      const wait = pause * (0.5 + Math.random());
      if (!failure.passes || performance.now() + wait > until) throw error;
      await delay(wait);
    }
  }
}
