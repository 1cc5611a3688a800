import { cronSchedule } from "./cron-schedule.ts";
import { type TimeZone, timeZone } from "./time-zone.ts";
import { type CronSchedule, wallClockTicks } from "./wall-clock-ticks.ts";

/** Dagster looks for changes of the clock in these hours alone, where an expression is one time of a day. */
const hoursOfChange: ReadonlySet<number> = new Set([1, 2, 3]);

/**
 * The starts of partitions by a cron expression, as Dagster has them; deadlines go by cronSchedule. Each time that the
 * expression names is a tick once: the first moment after the gap where clocks skip it, the later one where they repeat
 * it. An expression of every hour goes by elapsed time.
 */
export function partitionTicks(expression: string, zoneName: string): CronSchedule {
  const byElapsedTime = cronSchedule(expression, zoneName);
  const [, hours = ""] = expression.trim().split(/\s+/);
  if (hours === "*" || /^@hourly$/i.test(expression.trim())) return byElapsedTime;
  const zone = timeZone(zoneName) as TimeZone; // cronSchedule has refused a name without a zone
  const isOneTime = /^\s*(?:\d+\s+\d+\s|@)/.test(expression);
  return wallClockTicks(cronSchedule(expression, "UTC"), zone, (wallClock) => {
    const isLater = !isOneTime || hoursOfChange.has(new Date(wallClock).getUTCHours());
    return zone.instantsOf(wallClock).at(isLater ? -1 : 0) ?? zone.firstInstantOf(wallClock);
  });
}
