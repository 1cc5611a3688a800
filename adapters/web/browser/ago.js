// Times in words. The server and the page use the same code.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long ago, or ahead, a time is.
 * @param {number} time milliseconds since 1970 UTC
 * @param {number} now likewise
 * @returns {string}
 */
export function ago(time, now) {
  const span = Math.abs(now - time);
  const text = lasting(span);
  if (span < minute) return time > now + 5000 ? "in a moment" : "just now";
  return time > now ? `in ${text}` : `${text} ago`;
}

/**
 * An exact time, in UTC to the second.
 * @param {number} time milliseconds since 1970 UTC
 * @returns {string}
 */
export function exactTime(time) {
  return new Date(time)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}

/**
 * A span in its largest unit.
 * @param {number} span milliseconds
 * @returns {string}
 */
function lasting(span) {
  if (span < hour) return `${Math.max(1, Math.floor(span / minute))} min`;
  if (span < 2 * day) return `${Math.floor(span / hour)} h`;
  if (span < 60 * day) return `${Math.floor(span / day)} d`;
  if (span < 730 * day) return `${Math.floor(span / (30.44 * day))} mo`;
  return `${Math.floor(span / (365.25 * day))} y`;
}

/**
 * The labels of an axis of time, in UTC: as short as its step allows, and with more of the date where that alone tells
 * them apart.
 * @param {readonly number[]} ticks seconds since 1970 UTC
 * @param {number} step the least time between two, in seconds
 * @returns {readonly string[]}
 */
export function timeLabels(ticks, step) {
  for (const isFull of [false, true]) {
    for (const form of formsOf(step, isFull)) {
      const labels = ticks.map((tick) => form(new Date(Math.round(tick * 1000))));
      if (new Set(labels).size === labels.length) return labels;
    }
  }
  return ticks.map((tick) => new Date(Math.round(tick * 1000)).toISOString());
}

/** @typedef {(date: Date) => string} TimeForm */

/** The forms of labels for a step, the shortest first. @type {(step: number, isFull: boolean) => readonly TimeForm[]} */
function formsOf(step, isFull) {
  const date = isFull ? inYear : inMonth;
  if (step >= 28 * 86_400) return isFull ? [inYear] : [monthOfYear];
  if (step >= 86_400) return [date];
  const digits = step < 1 ? 23 : step < 60 ? 19 : 16;
  const clock = (/** @type {Date} */ time) => time.toISOString().slice(11, digits);
  const isMidnight = (/** @type {Date} */ time) => time.getTime() % day === 0;
  const dated = (/** @type {Date} */ time) => (isMidnight(time) ? date(time) : `${date(time)} ${clock(time)}`);
  if (isFull) return [dated];
  return [(time) => (isMidnight(time) && step >= 60 ? date(time) : clock(time)), dated];
}

/** @type {(parts: Intl.DateTimeFormatOptions) => TimeForm} */
const written = (parts) => (time) => time.toLocaleDateString("en", { ...parts, timeZone: "UTC" });
const inMonth = written({ month: "short", day: "numeric" });
const inYear = written({ month: "short", day: "numeric", year: "numeric" });
const monthOfYear = written({ month: "short", year: "numeric" });
