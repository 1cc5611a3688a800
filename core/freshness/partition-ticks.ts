import { cronSchedule } from "./cron-schedule.ts";
import { type TimeZone, timeZone } from "./time-zone.ts";
import { type CronSchedule, wallClockTicks } from "./wall-clock-ticks.ts";

/** For an expression with one time of day, Dagster looks for clock changes only in these hours. */
const hoursOfChange: ReadonlySet<number> = new Set([1, 2, 3]);

/**
 * The starts of partitions by a cron expression, as Dagster computes them. (Deadlines use cronSchedule.) Each time that
 * the expression names is a tick once. If clocks skip it, the tick is the first moment after the gap; if they repeat it,
 * the later one. An expression for every hour runs by elapsed time.
 */
export function partitionTicks(expression: string, zoneName: string): CronSchedule {
  const byElapsedTime = cronSchedule(expression, zoneName);
  const [, hours = ""] = expression.trim().split(/\s+/);
  if (hours === "*" || /^@hourly$/i.test(expression.trim())) return byElapsedTime;
  const zone = timeZone(zoneName) as TimeZone; // cronSchedule has refused an unknown name
  const isOneTime = /^\s*(?:\d+\s+\d+\s|@)/.test(expression);
  return wallClockTicks(cronSchedule(expression, "UTC"), zone, (wallClock) => {
    const isLater = !isOneTime || hoursOfChange.has(new Date(wallClock).getUTCHours());
    return zone.instantsOf(wallClock).at(isLater ? -1 : 0) ?? zone.firstInstantOf(wallClock);
  });
}
