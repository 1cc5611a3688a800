import { parseTime } from "../../core/time.ts";

const day = 86_400_000;

/**
 * A time as people say it, in the form that the API takes: a day (`2026-11-29`, `today`, `yesterday`) stands for its first
 * moment, a span (`24h`) for so long ago. Days are those of UTC, as all times are shown. Undefined for any other text.
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

/** How long a span is, in milliseconds: `30m`, `24h`, `90d`, `2w`. Undefined for any other text. */
function parseSpan(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

/** As `parseSpan`; a number alone is one of days. */
export function parseDays(text: string): number | undefined {
  return parseSpan(/^\d{1,6}$/.test(text) ? `${text}d` : text);
}
