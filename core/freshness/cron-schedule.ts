import { Cron } from "croner";
import { InvalidRuleError } from "./invalid-rule-error.ts";
import { timeZoneProblem } from "./time-zone.ts";

/** The moments of a cron expression in one zone. Instants are milliseconds since 1970 UTC. */
export interface CronSchedule {
  /** The latest tick at or before an instant; null before the first that the library knows. */
  atOrBefore(instant: number): number | null;
  /** The first tick after an instant; null after the last that the library knows. */
  after(instant: number): number | null;
}

const fields = ["minute", "hour", "day of the month", "month", "day of the week"] as const;
const nicknames = /^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)$/i;

/** A tick takes the library a tenth of a millisecond, and many policies share one expression. */
const schedules = new Map<string, CronSchedule>();
const mostSchedules = 2000;

/**
 * Reads a cron expression: five fields, or `@daily` and its like. Times follow Vixie cron where clocks change: fixed
 * ones that are skipped run at the first moment after the gap, repeated ones once; wildcards run by elapsed time.
 *
 * Throws InvalidRuleError with the given field, or with `timezone`.
 *
 * @example
 * cronSchedule("0 6 * * 1-5", "Europe/Berlin").after(Date.UTC(2026, 10, 27, 12)); // Monday the 30th, 05:00 UTC
 */
export function cronSchedule(expression: string, zone: string, field = "cron"): CronSchedule {
  const key = `${zone} ${expression}`;
  const known = schedules.get(key);
  if (known !== undefined) return known;
  const problem = timeZoneProblem(zone);
  if (problem !== undefined) throw new InvalidRuleError("timezone", problem);
  const schedule = createSchedule(readCron(expression, zone, field));
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
  // The library replaces it by a part of the time at which it reads the expression.
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

/** Two ticks that follow each other, and an instant between them or at the first. Null: there is none. */
interface Span {
  readonly from: number | null;
  readonly to: number | null;
}

// Most questions are about now and the tick before.
const keptSpans = 4;

function createSchedule(cron: Cron): CronSchedule {
  const spans: Span[] = [];

  function spanAt(instant: number): Span {
    const known = spans.find(({ from, to }) => from !== null && to !== null && from <= instant && instant < to);
    if (known !== undefined) return known;
    const second = Math.floor(instant / 1000) * 1000;
    // Ticks are whole seconds, and the library leaves out one at the reference itself.
    const [previous] = cron.previousRuns(1, new Date(second + 1000));
    const next = cron.nextRun(new Date(second));
    const span = { from: previous?.getTime() ?? null, to: next?.getTime() ?? null };
    if (spans.unshift(span) > keptSpans) spans.pop();
    return span;
  }

  return {
    atOrBefore: (instant) => spanAt(instant).from,
    after: (instant) => spanAt(instant).to,
  };
}
