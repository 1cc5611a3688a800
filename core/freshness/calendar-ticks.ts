import { type CronSchedule, cronSchedule } from "./cron-schedule.ts";
import { type TimeZone, timeZone } from "./time-zone.ts";

export type CalendarUnit = "hourly" | "daily" | "weekly" | "monthly";

const hour = 3_600_000;
const day = 24 * hour;

interface UnitRules {
  readonly cron: string;
  /** The start of the unit that contains a wall-clock time. */
  floor(wallClock: number): number;
  /** The start of the next unit, from the start of one. */
  next(start: number): number;
}

const sundayOffset = 3 * day; // 1970-01-01 was a Thursday, the Sunday after it the 4th

const units: Readonly<Record<CalendarUnit, UnitRules>> = {
  hourly: { cron: "0 * * * *", floor: (at) => Math.floor(at / hour) * hour, next: (start) => start + hour },
  daily: { cron: "0 0 * * *", floor: (at) => Math.floor(at / day) * day, next: (start) => start + day },
  weekly: {
    cron: "0 0 * * 0",
    floor: (at) => Math.floor((at - sundayOffset) / (7 * day)) * 7 * day + sundayOffset,
    next: (start) => start + 7 * day,
  },
  monthly: { cron: "0 0 1 * *", floor: (at) => monthOf(at, 0), next: (start) => monthOf(start, 1) },
};

function monthOf(wallClock: number, months: number): number {
  const at = new Date(wallClock);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
}

/**
 * The starts of hours, days, weeks (on Sundays) and months in a zone: the ticks of Dagster's cron expressions for them.
 * They are computed directly if no clock changes nearby. The cron library takes a thousand times as long, and hourly
 * partitions need thousands of ticks.
 */
export function calendarTicks(unit: CalendarUnit, zoneName: string): CronSchedule {
  const rules = units[unit];
  const byCron = cronSchedule(rules.cron, zoneName, "type");
  const zone = timeZone(zoneName) as TimeZone; // cronSchedule has refused an unknown name
  // How long the offset must have held. Midnight comes twice if clocks go back over it; Kwajalein's once went back by
  // 23 hours.
  const unchangedFor = unit === "hourly" ? 0 : 26 * hour;

  function instantOf(wallClock: number, offset: number): number | undefined {
    const instant = wallClock - offset;
    return zone.offsetAt(instant) === offset && zone.offsetAt(instant - unchangedFor) === offset ? instant : undefined;
  }

  return {
    atOrBefore(instant) {
      const offset = zone.offsetAt(instant);
      return instantOf(rules.floor(instant + offset), offset) ?? byCron.atOrBefore(instant);
    },
    after(instant) {
      const offset = zone.offsetAt(instant);
      return instantOf(rules.next(rules.floor(instant + offset)), offset) ?? byCron.after(instant);
    },
  };
}
