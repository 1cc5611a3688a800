import { setTimeout as delay } from "node:timers/promises";
import type { EventLog, Maintenance } from "../../storage/index.ts";
import { logger } from "../config/logger.ts";
import { expiryAt, type Retention } from "../config/retention.ts";
import { type ClockReading, RetentionClock } from "./retention-clock.ts";

const hour = 60 * 60 * 1000;

/** How often the clock is looked at, in milliseconds. */
const betweenLooks = 5_000;

export interface KeepPrunedOptions {
  readonly log: RetentionLog;
  readonly retention: Retention;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told at every look how many milliseconds the clock runs ahead of what is trusted; 0 where retention follows it. */
  readonly onClock?: (ahead: number) => void;
  /** Default: the system's clocks. */
  readonly read?: () => ClockReading;
  /** Between two looks at the clock. Default: 5 seconds. */
  readonly wait?: (signal: AbortSignal) => Promise<void>;
}

export type RetentionLog = Pick<EventLog & Maintenance, "prune" | "prunedAt" | "query">;

/**
 * Deletes from a log what has expired, at once and every hour until the signal. A failure waits for the next time. So it
 * does while the clock is not trusted: see RetentionClock.
 */
export async function runRetention({
  log,
  retention,
  signal,
  onClock = () => {},
  read = readClocks,
  wait = waitForLook,
}: KeepPrunedOptions): Promise<void> {
  let clock: RetentionClock | undefined;
  let isSuspect = false;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const reading = read();
    clock ??= new RetentionClock((await firstTrusted(reading.now)) ?? reading.now, reading.elapsed);
    let ahead = clock.aheadBy(reading);
    // Somebody may have said that the clock is right, or another server have seen it hold.
    if (ahead > 0 && Math.abs(reading.now - ((await log.prunedAt()) ?? 0)) < hour) {
      clock.trust(reading);
      ahead = 0;
    }
    onClock(ahead);
    if (ahead > 0 && !isSuspect) warn(reading, ahead, clock.remaining(reading));
    if (ahead === 0 && isSuspect) logger.info("the clock is trusted, and what has expired by it is deleted");
    isSuspect = ahead > 0;
    if (isSuspect || reading.elapsed - triedAt < hour) return;
    triedAt = reading.elapsed;
    // The clock of an empty log proves nothing for what is recorded later.
    const isEmpty = (await newestReceipt(log)) === undefined;
    const trusted = isEmpty ? undefined : clock.trusted(reading);
    const events = await log.prune({ ...expiryAt(reading.now, retention), clock: trusted });
    if (events > 0) logger.info("events have expired", { events });
  }

  async function firstTrusted(now: number): Promise<number | undefined> {
    const noted = await log.prunedAt();
    if (noted !== undefined) return noted;
    const trusted = await trustedTime(log, now);
    // Kept, before events that are received by a clock that jumped can stand for it.
    if (trusted !== undefined) await log.prune({ clock: trusted });
    return trusted;
  }

  while (!signal.aborted) {
    try {
      await look();
    } catch (error) {
      if (signal.aborted) return;
      const { elapsed } = read();
      const reason = error instanceof Error ? error.message : String(error);
      if (elapsed - failedAt >= hour) logger.warn("events that have expired can't be deleted", { reason });
      failedAt = elapsed;
    }
    await wait(signal);
  }
}

/**
 * The time that retention trusted last, or that of the newest event where it never did; undefined where there is none
 * either. It is no later than `now`, which then is the safer of both.
 */
export async function trustedTime(log: RetentionLog, now: number): Promise<number | undefined> {
  const prunedAt = await log.prunedAt();
  if (prunedAt !== undefined) return prunedAt;
  const newest = await newestReceipt(log);
  return newest === undefined ? undefined : Math.min(newest, now);
}

async function newestReceipt(log: RetentionLog): Promise<number | undefined> {
  const { events } = await log.query({}, { limit: 1, order: "desc" });
  return events[0]?.receivedAt;
}

function warn({ now }: ClockReading, ahead: number, remaining: number): void {
  logger.warn(
    "the clock runs far ahead of the log, and nothing is deleted by it: it must hold for an hour first, or runless prune --now say that it is right",
    {
      clock: new Date(now).toISOString(),
      trusted: new Date(now - ahead).toISOString(),
      minutesLeft: Math.ceil(remaining / 60_000),
    },
  );
}

function readClocks(): ClockReading {
  return { now: Date.now(), elapsed: performance.now() };
}

async function waitForLook(signal: AbortSignal): Promise<void> {
  await delay(betweenLooks, undefined, { signal, ref: false }).catch(() => {});
}
