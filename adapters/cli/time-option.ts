import { InvalidArgumentError } from "@commander-js/extra-typings";
import { parseTime } from "../../core/time.ts";
import { parseSpan } from "../config/span.ts";

const day = 86_400_000;

/** What an option that takes a time says of its values. */
export const timeForms =
  "a time (ISO 8601 with a zone), a day of UTC (2026-11-29, today, yesterday) or how long ago (24h, 90d)";

/**
 * A time as people say it, in the form that the API takes: a day stands for its first moment, a span for so long ago.
 * Days are those of UTC, as the command shows all times.
 */
export function readTime(text: string, _before?: unknown, now = Date.now()): string {
  const span = parseSpan(text);
  if (span !== undefined) return new Date(now - span).toISOString();
  const midnight = now - (((now % day) + day) % day);
  const days: Readonly<Record<string, number>> = { today: midnight, yesterday: midnight - day };
  const named = new Map(Object.entries(days)).get(text.toLowerCase());
  if (named !== undefined) return new Date(named).toISOString();
  const asTime = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  if (parseTime(asTime) !== undefined) return asTime;
  throw new InvalidArgumentError(
    "It must be a time (ISO 8601 with a zone, as 2026-11-30T05:50:00Z), a day (2026-11-29, today, yesterday), or how long ago (30m, 24h, 90d or 2w).",
  );
}
