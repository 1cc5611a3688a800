import { parseTime } from "../time.ts";
import { type CalendarUnit, calendarTicks } from "./calendar-ticks.ts";
import type { CronSchedule } from "./cron-schedule.ts";
import { InvalidRuleError } from "./invalid-rule-error.ts";
import { type PartitionFormat, partitionFormat } from "./partition-format.ts";
import { partitionTicks } from "./partition-ticks.ts";
import { type TimeZone, timeZone, timeZoneProblem } from "./time-zone.ts";

interface WindowedPartitions {
  /** An IANA name. Default: UTC. */
  readonly timezone?: string | undefined;
  /** The format of names, with strftime's %Y %m %d %H %M %z. Default: `%Y-%m-%d`, or `%Y-%m-%d-%H:%M` if a day has several windows. */
  readonly fmt?: string | undefined;
  /** The first window starts at or after this time: as `fmt` has it, or `2026-01-01`, or `2026-01-01T06:00` (with or without a zone). */
  readonly start: string;
  /** The last window ends at or before this time, which is written as `start` is. Default: there is no last one. */
  readonly end?: string | undefined;
  /** How many more windows are expected than have ended. Negative: how many fewer. Default: 0. */
  readonly end_offset?: number | undefined;
}

/** Hours, days, weeks (from Sunday) or months, as Dagster's partitions definitions with these names. */
export interface CalendarPartitions extends WindowedPartitions {
  readonly type: CalendarUnit;
}

/** A window from each tick to the next. */
export interface CronPartitions extends WindowedPartitions {
  readonly type: "cron";
  readonly cron: string;
}

export interface StaticPartitions {
  readonly type: "static";
  readonly keys: readonly string[];
  readonly timezone?: string | undefined;
}

/** The partitions that an asset should have, as written in a definition. */
export type Partitions = CalendarPartitions | CronPartitions | StaticPartitions;

/** Parsed partitions with time windows. */
export interface Windows {
  readonly ticks: CronSchedule;
  readonly zone: TimeZone;
  readonly format: PartitionFormat;
  /** The start of the first window. Null if there is none. */
  readonly first: number | null;
  readonly end: number | null;
  readonly endOffset: number;
}

const calendarFormats: Readonly<Record<CalendarUnit, { readonly fmt: string; readonly needs: readonly string[] }>> = {
  hourly: { fmt: "%Y-%m-%d-%H:%M", needs: ["%Y", "%m", "%d", "%H"] },
  daily: { fmt: "%Y-%m-%d", needs: ["%Y", "%m", "%d"] },
  weekly: { fmt: "%Y-%m-%d", needs: ["%Y", "%m", "%d"] },
  monthly: { fmt: "%Y-%m-%d", needs: ["%Y", "%m"] },
};

const mostEndOffset = 400;
export const mostStaticKeys = 10_000;

const compiled = new WeakMap<CalendarPartitions | CronPartitions, Windows>();

/** Parses partitions with time windows. Throws InvalidRuleError, which names the field. */
export function compileWindows(partitions: CalendarPartitions | CronPartitions): Windows {
  const known = compiled.get(partitions);
  if (known !== undefined) return known;
  const windows = readWindows(partitions);
  compiled.set(partitions, windows);
  return windows;
}

function readWindows(partitions: CalendarPartitions | CronPartitions): Windows {
  const { timezone = "UTC", end_offset = 0 } = partitions;
  const problem = timeZoneProblem(timezone);
  const zone = problem === undefined ? timeZone(timezone) : undefined;
  if (zone === undefined) throw new InvalidRuleError("timezone", problem ?? "timezone: write an IANA name");
  if (!Number.isInteger(end_offset) || Math.abs(end_offset) > mostEndOffset) {
    const message = `end_offset is ${end_offset}: write a whole number from -${mostEndOffset} to ${mostEndOffset}`;
    throw new InvalidRuleError("end_offset", message);
  }
  const ticks =
    partitions.type === "cron" ? partitionTicks(partitions.cron, timezone) : calendarTicks(partitions.type, timezone);
  const format = readFormat(partitions);
  const start = boundOf("start", partitions.start, format, zone);
  const end = partitions.end === undefined ? null : boundOf("end", partitions.end, format, zone);
  if (end !== null && end <= start) {
    throw new InvalidRuleError("end", `end (${partitions.end}) must be after start (${partitions.start})`);
  }
  const windows = { ticks, zone, format, first: ticks.after(start - 1), end, endOffset: end_offset };
  if (partitions.type === "cron") assertTellsApart(windows);
  return windows;
}

function readFormat(partitions: CalendarPartitions | CronPartitions): PartitionFormat {
  if (partitions.type === "cron") return partitionFormat(partitions.fmt ?? cronFormat(partitions.cron));
  const { fmt, needs } = calendarFormats[partitions.type];
  const format = partitionFormat(partitions.fmt ?? fmt);
  const missing = needs.filter((directive) => !format.directives.has(directive));
  if (missing.length === 0) return format;
  const message = `fmt lacks ${missing.join(" ")}: two partitions would have one name; ${partitions.type} ones are ${fmt} by default`;
  throw new InvalidRuleError("fmt", message);
}

// Names need no time of day if there is one window a day.
function cronFormat(cron: string): string {
  const isOnceADay = /^\s*(?:\d+\s+\d+\s|@(?!hourly))/i.test(cron);
  return isOnceADay ? calendarFormats.daily.fmt : calendarFormats.hourly.fmt;
}

function assertTellsApart({ ticks, zone, format, first }: Windows): void {
  const next = first === null ? null : ticks.after(first);
  if (first === null || next === null) return;
  const [name, nextName] = [first, next].map((tick) => format.format(tick + zone.offsetAt(tick), zone.offsetAt(tick)));
  if (name === nextName) {
    throw new InvalidRuleError("fmt", `fmt gives two windows the name ${name}: add what tells them apart, as %H:%M`);
  }
}

const localTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/;

function boundOf(field: "start" | "end", text: string, format: PartitionFormat, zone: TimeZone): number {
  const local = format.parse(text) ?? wallClockOf(text);
  if (local !== undefined) return instantOf(local, zone);
  // parseTime would read a bare number, such as a year, as seconds since 1970.
  const instant = /^[\d.]+$/.test(text) ? undefined : parseTime(text);
  if (instant === undefined) {
    const message = `${field} is ${text}: write it as 2026-01-01, as 2026-01-01T06:00, or as fmt has it`;
    throw new InvalidRuleError(field, message);
  }
  return instant;
}

function wallClockOf(text: string): { readonly wallClock: number; readonly offset: null } | undefined {
  if (!localTime.test(text)) return undefined;
  const wallClock = parseTime(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  return wallClock === undefined ? undefined : { wallClock, offset: null };
}

function instantOf(local: { readonly wallClock: number; readonly offset: number | null }, zone: TimeZone): number {
  return local.offset === null ? zone.firstInstantOf(local.wallClock) : local.wallClock - local.offset;
}
