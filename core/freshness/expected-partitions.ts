import { InvalidRuleError } from "./invalid-rule-error.ts";
import { formatOffset, parseOffset } from "./partition-format.ts";
import {
  type CalendarPartitions,
  type CronPartitions,
  compileWindows,
  mostStaticKeys,
  type Partitions,
  type StaticPartitions,
  type Windows,
} from "./partitions.ts";

/** A partition and its time window: `start` inclusive, `end` exclusive. Both are null for a static partition. */
export interface PartitionWindow {
  readonly partition: string;
  readonly start: number | null;
  readonly end: number | null;
}

/** A partition with a time window. */
export interface TimedWindow extends PartitionWindow {
  readonly start: number;
  readonly end: number;
}

/** Selects expected partitions. Times are milliseconds since 1970 UTC. */
export interface PartitionRange {
  /** Windows that start at or after this time; null: from the first. */
  readonly from: number | null;
  /** Windows that start before this time; null: to the last. */
  readonly until: number | null;
  readonly now: number;
}

/**
 * The partitions that an asset should have by `now`, in order: those whose windows have ended, plus `end_offset` more (or
 * fewer, if it is negative). Static partitions are all returned, for any range. Names and windows are Dagster's: if
 * two hours have the same name, the second gets its UTC offset.
 *
 * Bound the range: the result has every partition in it. Throws InvalidRuleError for a definition that is not valid.
 *
 * @example
 * const partitions = { type: "daily", start: "2026-03-28", timezone: "Europe/Berlin" } as const;
 * const windows = expectedPartitions(partitions, { from: null, until: null, now: Date.UTC(2026, 2, 29, 22) });
 * console.log(windows.map((one) => one.partition)); // [ '2026-03-28', '2026-03-29' ]
 */
export function expectedPartitions(partitions: Partitions, range: PartitionRange): readonly PartitionWindow[] {
  return partitions.type === "static" ? staticPartitions(partitions) : [...expectedWindows(partitions, range)];
}

/** As `expectedPartitions` for windowed partitions, one after another, for callers that need only the first of many. */
export function* expectedWindows(
  partitions: CalendarPartitions | CronPartitions,
  range: PartitionRange,
): Generator<TimedWindow> {
  const windows = compileWindows(partitions);
  const { first, ticks } = windows;
  const last = horizon(windows, range.now);
  if (first === null || last === null) return;
  let start = range.from === null || range.from <= first ? first : ticks.after(range.from - 1);
  while (start !== null && start < last && (range.until === null || start < range.until)) {
    const end = ticks.after(start);
    if (end === null) return;
    yield { partition: nameOf(windows, start), start, end };
    start = end;
  }
}

/**
 * The window of a partition by its name, whether or not it has ended. Undefined if the definition has no such partition:
 * for `2026-13-01`, for one before `start` or after `end`, for a static key that is not listed.
 *
 * @example
 * const partitions = { type: "daily", start: "2026-01-01" } as const;
 * console.log(partitionWindow(partitions, "2026-11-30")?.end === Date.UTC(2026, 11, 1)); // true
 * console.log(partitionWindow(partitions, "2026-13-01")); // undefined
 */
export function partitionWindow(partitions: Partitions, partition: string): PartitionWindow | undefined {
  if (partitions.type === "static") return staticPartitions(partitions).find((one) => one.partition === partition);
  const windows = compileWindows(partitions);
  const start = startOf(windows, partition);
  if (start === undefined || windows.first === null || start < windows.first) return undefined;
  const end = windows.ticks.after(start);
  if (end === null || (windows.end !== null && end > windows.end)) return undefined;
  return { partition, start, end };
}

/** The newest `count` expected partitions whose windows have ended, oldest first, and when the next window ends. */
export function lastEnded(
  windows: Windows,
  count: number,
  now: number,
): { readonly ended: readonly TimedWindow[]; readonly nextEnd: number | null } {
  const { first, ticks } = windows;
  const ended: TimedWindow[] = [];
  const nowTick = ticks.atOrBefore(now);
  const last = horizon(windows, now);
  let end = last === null || nowTick === null ? null : Math.min(last, nowTick);
  while (end !== null && first !== null && end > first && ended.length < count) {
    const start = ticks.atOrBefore(end - 1);
    if (start === null || start < first) break;
    ended.push({ partition: nameOf(windows, start), start, end });
    end = start;
  }
  return { ended: ended.reverse(), nextEnd: nextEnd(windows, now) };
}

export function staticPartitions({ keys }: StaticPartitions): readonly PartitionWindow[] {
  if (keys.length > mostStaticKeys) {
    throw new InvalidRuleError("keys", `${keys.length} static keys are too many: the limit is ${mostStaticKeys}`);
  }
  return keys.map((partition) => ({ partition, start: null, end: null }));
}

/** The end of the last window that is expected by now. It may be before the first. */
function horizon({ ticks, end, endOffset }: Windows, now: number): number | null {
  let last = ticks.atOrBefore(now);
  for (let i = 0; i < endOffset && last !== null; i++) last = ticks.after(last);
  for (let i = 0; i > endOffset && last !== null; i--) last = ticks.atOrBefore(last - 1);
  if (last === null || end === null || last <= end) return last;
  return ticks.atOrBefore(end);
}

/** When the next window is added to those that have ended. Null after the last. */
function nextEnd(windows: Windows, now: number): number | null {
  const { first, ticks, end, endOffset } = windows;
  if (first === null) return null;
  let next = ticks.after(Math.max(now, first));
  if (end !== null && (horizon(windows, now) ?? first) >= (ticks.atOrBefore(end) ?? first)) return null;
  if (endOffset >= 0) return next !== null && end !== null && next > end ? null : next;
  // With a negative offset, the first window is expected that many ticks after its end.
  while (next !== null && (horizon(windows, next) ?? first) <= first) next = ticks.after(next);
  return next;
}

function nameOf({ ticks, zone, format }: Windows, start: number): string {
  const offset = zone.offsetAt(start);
  const wallClock = start + offset;
  const name = format.format(wallClock, offset);
  if (format.directives.has("%z")) return name;
  const [earlier] = zone.instantsOf(wallClock);
  const isRepeated = earlier !== undefined && earlier < start && ticks.atOrBefore(earlier) === earlier;
  return isRepeated ? `${name}${formatOffset(offset)}` : name;
}

function startOf(windows: Windows, partition: string): number | undefined {
  const { ticks, format } = windows;
  const named = format.parse(partition);
  const [, stem = "", suffix] = /^(.*)([+-]\d{4})$/s.exec(partition) ?? [];
  const repeated = named === undefined && suffix !== undefined ? format.parse(stem) : undefined;
  const at = named ?? repeated;
  if (at === undefined) return undefined;
  const offset = repeated === undefined || suffix === undefined ? at.offset : parseOffset(suffix);
  const start = offset === null ? tickNamed(windows, at.wallClock) : at.wallClock - offset;
  const isStart = start !== null && ticks.atOrBefore(start) === start && nameOf(windows, start) === partition;
  return isStart ? start : undefined;
}

// A window may start later than its name says: a day without midnight, or a week that is named by year and month.
function tickNamed({ ticks, zone }: Windows, wallClock: number): number | null {
  return ticks.after(zone.firstInstantOf(wallClock) - 1);
}
