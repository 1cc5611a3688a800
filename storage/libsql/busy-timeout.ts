import { setTimeout as delay } from "node:timers/promises";
import { isBusy } from "./failures.ts";

/** How long a writer waits for another process that holds the write lock, in milliseconds. */
export const busyTimeout = 10_000;

/** Tries again while another process holds the lock; the event loop stays free meanwhile. */
export async function withBusyTimeout<Result>(attempt: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + busyTimeout;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await delay(1 + Math.random() * 10);
    }
  }
}
