const isoTime =
  /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?Z| ?([+-])(\d\d)(?::?(\d\d))?)$/i;
const epochSeconds = /^(-?)(\d{1,14})(?:\.(\d+))?$/;

/** From the year 5138 on, seconds are milliseconds that somebody forgot to divide. */
const leastMilliseconds = 1e11;

/** What a time must be, for a sentence about one that is not. */
export const expectedTime = "a time: RFC 3339, as 2026-11-30T05:50:00Z, or seconds since 1970";

/**
 * Milliseconds since 1970 UTC of an ISO 8601 time with a zone or of seconds since 1970, cut (towards the past) to a
 * whole number; undefined for any other text and for a time that no calendar has. Python's and Java's ways to write one
 * are read too: a space for the T, `+05`, a comma, nine decimals. Worked out here, because engines differ in what
 * `Date.parse` lets through: the 30th of February, offsets without a colon.
 *
 * @example
 * console.log(parseTime("2026-11-23T06:50:00+01:00") === Date.UTC(2026, 10, 23, 5, 50)); // true
 * console.log(parseTime("2026-02-30T00:00:00Z")); // undefined
 */
export function parseTime(text: string): number | undefined {
  const ms = isoMilliseconds(text) ?? epochMilliseconds(text);
  return ms !== undefined && Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

/** Whether a bare number is milliseconds, as JavaScript's and Java's clocks give them, where seconds are meant. */
export function isLikelyMilliseconds(text: string): boolean {
  return epochSeconds.test(text) && Math.abs(Number(text)) >= leastMilliseconds;
}

export const likelyMilliseconds = "this looks like milliseconds; send seconds or an ISO time";

const minute = 60_000;
const day = 24 * 60 * minute;

function isoMilliseconds(text: string): number | undefined {
  const [found, years = "", ...rest] = isoTime.exec(text) ?? [];
  if (found === undefined || years === "-000000") return undefined;
  const [month, dayOfMonth, hour, minutes, second = "0", fraction = "", sign, zoneHours = "0", zoneMinutes = "0"] =
    rest;
  const date = new Date(0);
  date.setUTCFullYear(Number(years), Number(month) - 1, Number(dayOfMonth));
  const isDate = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(dayOfMonth);
  const isClock = Number(hour) < 24 && Number(minutes) < 60 && Number(second) <= 60;
  const isZone = Number(zoneHours) < 24 && Number(zoneMinutes) < 60;
  if (!isDate || !isClock || !isZone) return undefined;
  const local = (Number(hour) * 60 + Number(minutes)) * minute + Number(second) * 1000;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * minute;
  const whole = date.getTime() + local - (sign === "-" ? -offset : offset);
  // A leap second is the last of a day in UTC; it counts as the next one.
  if (Number(second) === 60) return whole % day === 0 ? whole : undefined;
  return whole + thousandths(fraction);
}

// By its digits, since 1.001 * 1000 is less than 1001.
function epochMilliseconds(text: string): number | undefined {
  const [found, minus, whole, fraction = ""] = epochSeconds.exec(text) ?? [];
  if (found === undefined) return undefined;
  const ms = Number(whole) * 1000 + thousandths(fraction);
  if (minus === "") return ms;
  return 0 - ms - (/[1-9]/.test(fraction.slice(3)) ? 1 : 0);
}

function thousandths(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, "0"));
}
