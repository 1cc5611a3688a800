import { parseTime } from "../../core/time.ts";

const day = 86_400_000;

/**
 * Reads a time in one of several forms, and returns it in the form of the API. A day (`2026-11-29`, `today`, `yesterday`)
 * means its first moment, and a span (`24h`) so long ago. Days are in UTC. Undefined for any other text.
 */
export function readRelativeTime(text: string, now: number): string | undefined {
  const span = parseSpan(text);
  if (span !== undefined) return new Date(now - span).toISOString();
  const midnight = now - (((now % day) + day) % day);
  const days: Readonly<Record<string, number>> = { today: midnight, yesterday: midnight - day };
  const named = new Map(Object.entries(days)).get(text.toLowerCase());
  if (named !== undefined) return new Date(named).toISOString();
  const asTime = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  return parseTime(asTime) === undefined ? undefined : asTime;
}

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Reads a span such as `30m`, `24h`, `90d` or `2w`, in milliseconds. Undefined for any other text. */
function parseSpan(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

/** As `parseSpan`, but a number alone means days. */
export function parseDays(text: string): number | undefined {
  return parseSpan(/^\d{1,6}$/.test(text) ? `${text}d` : text);
}
