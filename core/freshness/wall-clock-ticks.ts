import type { TimeZone } from "./time-zone.ts";

/** The ticks of a cron expression in one zone. Instants are milliseconds since 1970 UTC. */
export interface CronSchedule {
  /** The latest tick at or before an instant. Null before the first that the library finds. */
  atOrBefore(instant: number): number | null;
  /** The first tick after an instant. Null after the last that the library finds. */
  after(instant: number): number | null;
}

const day = 86_400_000;

/**
 * Ticks by wall-clock time: each time of the schedule `wallClock` is a tick once, even if clocks skip or repeat it.
 * `instantOf` gives the instant of a wall-clock time. It must not decrease as these grow.
 */
export function wallClockTicks(
  wallClock: CronSchedule,
  zone: TimeZone,
  instantOf: (wallClock: number) => number,
): CronSchedule {
  /** The wall-clock time at an instant, and how far it may be off near a clock change. */
  function around(instant: number): { readonly local: number; readonly slack: number } {
    const isCalm = zone.offsetAt(instant - day) === zone.offsetAt(instant + day);
    return { local: instant + zone.offsetAt(instant), slack: isCalm ? 0 : day };
  }

  return {
    atOrBefore(instant) {
      const { local, slack } = around(instant);
      let tick = wallClock.atOrBefore(local + slack);
      while (tick !== null && instantOf(tick) > instant) tick = wallClock.atOrBefore(tick - 1);
      return tick === null ? null : instantOf(tick);
    },
    after(instant) {
      const { local, slack } = around(instant);
      let tick = wallClock.after(local - slack);
      while (tick !== null && instantOf(tick) <= instant) tick = wallClock.after(tick);
      return tick === null ? null : instantOf(tick);
    },
  };
}
