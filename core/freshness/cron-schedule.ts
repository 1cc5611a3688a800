import { Cron } from "croner";
import { InvalidRuleError } from "./invalid-rule-error.ts";
import { timeZone, timeZoneProblem } from "./time-zone.ts";
import { type CronSchedule, wallClockTicks } from "./wall-clock-ticks.ts";

export type { CronSchedule } from "./wall-clock-ticks.ts";

const fields = ["minute", "hour", "day of the month", "month", "day of the week"] as const;
const nicknames = /^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)$/i;

/** Schedules are kept: the library needs 0.1 ms for a tick, and many policies share one expression. */
const schedules = new Map<string, CronSchedule>();
const mostSchedules = 2000;

/**
 * Reads a cron expression: five fields, or `@hourly`, `@daily`, `@weekly`, `@monthly` or `@yearly`. When clocks change, it
 * follows Vixie cron: a fixed time that is skipped runs at the first moment after the gap, and one that comes twice runs
 * once. Wildcards run by elapsed time.
 *
 * Throws InvalidRuleError, whose `field` is the given one, or `timezone`.
 *
 * @example
 * const monday = cronSchedule("0 6 * * 1-5", "Europe/Berlin").after(Date.UTC(2026, 10, 27, 12));
 * console.log(new Date(monday ?? 0).toISOString()); // 2026-11-30T05:00:00.000Z
 */
export function cronSchedule(expression: string, zone: string, field = "cron"): CronSchedule {
  const key = `${zone} ${expression}`;
  const known = schedules.get(key);
  if (known !== undefined) return known;
  const problem = timeZoneProblem(zone);
  if (problem !== undefined) throw new InvalidRuleError("timezone", problem);
  const schedule = rememberSpans(createSchedule(expression, zone, field));
  if (schedules.size >= mostSchedules) schedules.clear();
  schedules.set(key, schedule);
  return schedule;
}

function readCron(expression: string, zone: string, field: string): Cron {
  const refuse = (message: string) => new InvalidRuleError(field, message);
  const text = expression.trim();
  const count = text === "" ? 0 : text.split(/\s+/).length;
  if (text.startsWith("@")) {
    if (!nicknames.test(text)) throw refuse(`${text} is none of @hourly, @daily, @weekly, @monthly and @yearly`);
  } else if (count !== fields.length) {
    const hint = count === 6 ? "; leave out the seconds" : "";
    const expected = `write five, as 0 6 * * 1-5 (${fields.join(", ")})`;
    throw refuse(`"${text}" has ${count === 1 ? "one field" : `${count} fields`}: ${expected}${hint}`);
  }
  // The library replaces a ? by a field of the current time.
  if (text.includes("?")) throw refuse(`${text} has a ?: write * instead`);
  let cron: Cron;
  try {
    cron = new Cron(text, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard" });
  } catch (error) {
    throw refuse(`${text} is no cron expression: ${reasonOf(error)}`);
  }
  if (cron.nextRun(new Date(0)) === null) throw refuse(`${text} never comes: no year has such a day`);
  return cron;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
}

function createSchedule(expression: string, zoneName: string, field: string): CronSchedule {
  const cron = readCron(expression, zoneName, field);
  const zone = timeZone(zoneName);
  if (zone === undefined || zoneName === "UTC" || !isFixed(expression)) return ticksOf(cron);
  // The library skips a fixed time in a gap that ends at midnight, such as Greenland's.
  return wallClockTicks(cronSchedule(expression, "UTC", field), zone, zone.firstInstantOf);
}

/** Whether minute and hour have no wildcard and no step: the library's rule "no-wildcard". */
function isFixed(expression: string): boolean {
  const text = expression.trim();
  if (text.startsWith("@")) return !/^@hourly$/i.test(text);
  const [minute = "", hour = ""] = text.split(/\s+/);
  return !/[*/]/.test(minute + hour);
}

function ticksOf(cron: Cron): CronSchedule {
  const cut = (instant: number) => Math.floor(instant / 1000) * 1000;
  return {
    // Ticks are whole seconds, and the library does not count one at the reference time itself.
    atOrBefore: (instant) => cron.previousRuns(1, new Date(cut(instant) + 1000))[0]?.getTime() ?? null,
    after: (instant) => cron.nextRun(new Date(cut(instant)))?.getTime() ?? null,
  };
}

/** Two consecutive ticks. Null: there is none. */
interface Span {
  readonly from: number | null;
  readonly to: number | null;
}

// Most calls ask about the current time and the tick before it.
const keptSpans = 4;

function rememberSpans({ atOrBefore, after }: CronSchedule): CronSchedule {
  const spans: Span[] = [];

  function spanAt(instant: number): Span {
    const known = spans.find(({ from, to }) => from !== null && to !== null && from <= instant && instant < to);
    if (known !== undefined) return known;
    // A caller that goes from tick to tick asks for the end of a known span.
    const isTick = spans.some(({ to }) => to === instant);
    const isBeforeTick = spans.some(({ from }) => from === instant + 1);
    const span = { from: isTick ? instant : atOrBefore(instant), to: isBeforeTick ? instant + 1 : after(instant) };
    if (spans.unshift(span) > keptSpans) spans.pop();
    return span;
  }

  return {
    atOrBefore: (instant) => spanAt(instant).from,
    after: (instant) => spanAt(instant).to,
  };
}
