import { type CronSchedule, cronSchedule } from "./cron-schedule.ts";
import { type TimeZone, timeZone } from "./time-zone.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Dagster looks for changes of the clock in these hours alone, where an expression is one time of a day. */
const hoursOfChange: ReadonlySet<number> = new Set([1, 2, 3]);

/**
 * The starts of partitions by a cron expression, as Dagster has them; deadlines go by cronSchedule. Each time that the
 * expression names is a tick once: the first moment after the gap where clocks skip it, the later one where they repeat
 * it. An expression of every hour goes by elapsed time.
 */
export function wallClockTicks(expression: string, zoneName: string): CronSchedule {
  const elapsed = cronSchedule(expression, zoneName);
  const [, hours = ""] = expression.trim().split(/\s+/);
  if (hours === "*" || /^@hourly$/i.test(expression.trim())) return elapsed;
  const zone = timeZone(zoneName) as TimeZone; // cronSchedule has refused a name without a zone
  const wallClock = cronSchedule(expression, "UTC");
  const isOneTime = /^\s*(?:\d+\s+\d+\s|@)/.test(expression);

  function instantOf(tick: number): number {
    const instants = zone.instantsOf(tick);
    const isLooked = !isOneTime || hoursOfChange.has(new Date(tick).getUTCHours());
    return (isLooked ? instants.at(-1) : instants[0]) ?? zone.firstInstantOf(tick);
  }

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
