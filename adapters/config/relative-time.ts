import { parseTime } from "../../core/time.ts";
import { parseSpan } from "./span.ts";

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
