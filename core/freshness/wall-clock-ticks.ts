import type { TimeZone } from "./time-zone.ts";

/** The moments of a cron expression in one zone. Instants are milliseconds since 1970 UTC. */
export interface CronSchedule {
  /** The latest tick at or before an instant; null before the first that the library knows. */
  atOrBefore(instant: number): number | null;
  /** The first tick after an instant; null after the last that the library knows. */
  after(instant: number): number | null;
}

const day = 86_400_000;

/**
 * Ticks that go by the clock on the wall: each time that it should show is one, once. `wallClock` has those times (as
 * UTC would have them), `instantOf` says when the clock shows one, in their order.
 */
export function wallClockTicks(
  wallClock: CronSchedule,
  zone: TimeZone,
  instantOf: (wallClock: number) => number,
): CronSchedule {
  /** A wall-clock time near an instant, and how far off it may be. */
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
