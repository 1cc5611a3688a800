import type { EventLog, Maintenance } from "../../storage/index.ts";
import { logger } from "../config/logger.ts";
import { expiryAt, type Retention } from "../config/retention.ts";
import { type ClockReading, pause, readClocks } from "./clocks.ts";
import { RetentionClock } from "./retention-clock.ts";
import { takeTurns } from "./take-turns.ts";

const hour = 60 * 60 * 1000;

/** How often the clock is read, in milliseconds. */
const clockInterval = 5_000;

interface RetentionOptions {
  readonly log: RetentionLog;
  readonly retention: Retention;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called at every reading with how many milliseconds the clock is ahead of the trusted time; 0 if retention follows it. */
  readonly onClock?: (ahead: number) => void;
  /** Default: the system's clocks. */
  readonly read?: () => ClockReading;
  /** Waits between two readings of the clock. Default: 5 seconds. */
  readonly wait?: (signal: AbortSignal) => Promise<void>;
}

export type RetentionLog = Pick<EventLog & Maintenance, "prune" | "prunedAt" | "query">;

/**
 * Deletes expired events of a log, at once and every hour until the signal. It does not while the clock is not trusted
 * (see RetentionClock), and tries again an hour after a failure.
 */
export async function runRetention({
  log,
  retention,
  signal,
  onClock = () => {},
  read = readClocks,
  wait = (signal) => pause(clockInterval, signal),
}: RetentionOptions): Promise<void> {
  let clock: RetentionClock | undefined;
  let isSuspect = false;
  let triedAt = Number.NEGATIVE_INFINITY;

  async function check(): Promise<void> {
    const reading = read();
    clock ??= new RetentionClock((await firstTrusted(reading.now)) ?? reading.now, reading.elapsed);
    let ahead = clock.aheadBy(reading);
    // A user may have confirmed the clock by `runless prune --now`, or another server may trust it by now.
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
    // An empty log confirms no clock for later events.
    const isEmpty = (await newestReceipt(log)) === undefined;
    const trusted = isEmpty ? undefined : clock.trusted(reading);
    const events = await log.prune({ ...expiryAt(reading.now, retention), clock: trusted });
    if (events > 0) logger.info("events have expired", { events });
  }

  async function firstTrusted(now: number): Promise<number | undefined> {
    const noted = await log.prunedAt();
    if (noted !== undefined) return noted;
    const trusted = await trustedTime(log, now);
    // Stored now, because events received by a clock that jumped must not count as the newest.
    if (trusted !== undefined) await log.prune({ clock: trusted });
    return trusted;
  }

  const turn = () => check().then(() => clockInterval);
  await takeTurns(turn, () => wait(signal), { read, signal, failing: "events that have expired can't be deleted" });
}

/**
 * The time that retention trusted last. If it never did, the time of the newest event, but at most `now`; undefined for an
 * empty log.
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
