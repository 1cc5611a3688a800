const isoForm =
  /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?Z| ?([+-])(\d\d)(?::?(\d\d))?)$/i;
const epochSeconds = /^(-?)(\d{1,14})(?:\.(\d+))?$/;

/** From the year 5138 on, a number of seconds is taken for milliseconds. */
const leastMilliseconds = 1e11;

/** What a time must be, for messages about one that is not valid. */
export const expectedTime = "a time: RFC 3339, as 2026-11-30T05:50:00Z, or seconds since 1970";

/**
 * Milliseconds since 1970 UTC of an ISO 8601 time with a zone or of seconds since 1970, rounded down to a whole number.
 * Undefined for any other text, and for a time that no calendar has. Python's and Java's forms are read too: a space
 * for the T, `+05`, a comma, nine decimals. It does not use `Date.parse`, because engines differ in what that accepts:
 * the 30th of February, offsets without a colon.
 *
 * @example
 * console.log(parseTime("2026-11-23T06:50:00+01:00") === Date.UTC(2026, 10, 23, 5, 50)); // true
 * console.log(parseTime("2026-02-30T00:00:00Z")); // undefined
 */
export function parseTime(text: string): number | undefined {
  const ms = isoMilliseconds(text) ?? epochMilliseconds(text);
  return ms !== undefined && Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

/** Whether a bare number is milliseconds, as JavaScript's and Java's clocks give them, instead of seconds. */
export function isLikelyMilliseconds(text: string): boolean {
  return epochSeconds.test(text) && Math.abs(Number(text)) >= leastMilliseconds;
}

export const likelyMilliseconds = "this looks like milliseconds; send seconds or an ISO time";

/** A time as ISO 8601 in UTC, or null if there is none. */
export function isoTime<Time extends number | null>(milliseconds: Time): string | Extract<Time, null>;
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** The first of the times that there are. */
export function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.reduce<number | null>((least, time) => (least === null ? time : Math.min(least, time)), null);
}

/** The last of the times that there are. */
export function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.reduce<number | null>((most, time) => (most === null ? time : Math.max(most, time)), null);
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** How far ahead of the clock an event's timestamp may be, in milliseconds. */
export const mostAhead = day;

function isoMilliseconds(text: string): number | undefined {
  const [found, years = "", ...rest] = isoForm.exec(text) ?? [];
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
  // A leap second is the last second of a day in UTC. It counts as the next second.
  if (Number(second) === 60) return whole % day === 0 ? whole : undefined;
  return whole + thousandths(fraction);
}

// Computed from its digits, since 1.001 * 1000 is less than 1001.
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
