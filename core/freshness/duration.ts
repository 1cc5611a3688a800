import { InvalidRuleError } from "./invalid-rule-error.ts";

const units: Readonly<Record<string, number>> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const duration = /^(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;

/** The pattern of a duration, for JSON Schema. */
export const durationPattern =
  "^(?=.)(?:[0-9]{1,9}w)?(?:[0-9]{1,9}d)?(?:[0-9]{1,9}h)?(?:[0-9]{1,9}m)?(?:[0-9]{1,9}s)?$";

/** With longer ones, times would be outside the range of JavaScript dates. */
const longest = 100 * 366 * 86_400_000;

/**
 * Parses a duration to milliseconds: whole weeks, days, hours, minutes and seconds, in this order, such as `20h` or
 * `1d12h`. A day is 24 hours. Undefined for any other text, and for more than a hundred years.
 *
 * @example
 * console.log(parseDuration("1h30m")); // 5400000
 */
export function parseDuration(text: string): number | undefined {
  const found = duration.exec(text);
  if (found === null || text === "") return undefined;
  const ms = ["w", "d", "h", "m", "s"].reduce(
    (sum, unit, i) => sum + Number(found[i + 1] ?? 0) * (units[unit] ?? 0),
    0,
  );
  return ms <= longest ? ms : undefined;
}

/** Parses the duration in a field to milliseconds, at least `least`. Throws InvalidRuleError. */
export function durationOf(field: string, text: string, least = 0): number {
  const ms = typeof text === "string" ? parseDuration(text) : undefined;
  if (ms === undefined) {
    throw new InvalidRuleError(field, `${field} is no duration: write one like 30m, 6h, 1d12h or 2w, up to 100 years`);
  }
  if (ms < least)
    throw new InvalidRuleError(field, `${field} is ${text}: write a duration of at least ${least / 1000}s`);
  return ms;
}
