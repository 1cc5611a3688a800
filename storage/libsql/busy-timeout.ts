import { setTimeout as delay } from "node:timers/promises";
import { isBusy } from "./failures.ts";

/** How long a writer waits for another process that holds the write lock, in milliseconds. */
export const busyTimeout = 10_000;

/**
 * Tries again while another process holds the lock; the event loop stays free meanwhile. The last attempt begins after the
 * time is up: on a busy machine one attempt may take all of it, and the lock be free since.
 */
export async function withBusyTimeout<Result>(
  attempt: () => Promise<Result>,
  milliseconds: number = busyTimeout,
): Promise<Result> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const isLast = performance.now() > deadline;
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || isLast) throw error;
      await delay(1 + Math.random() * 10);
    }
  }
}
