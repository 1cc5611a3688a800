import { setTimeout as delay } from "node:timers/promises";
import type { EventLog } from "../storage/index.ts";
import { logger } from "./logger.ts";
import { expiryAt, type Retention } from "./retention.ts";

const hour = 60 * 60 * 1000;

/** Deletes from a log what has expired, at once and every hour until the signal. A failure waits for the next time. */
export async function keepPruned(log: EventLog, retention: Retention, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const events = await log.prune(expiryAt(Date.now(), retention));
      if (events > 0) logger.info("events have expired", { events });
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn("events that have expired can't be deleted", { reason });
    }
    await delay(hour, undefined, { signal, ref: false }).catch(() => {});
  }
}
