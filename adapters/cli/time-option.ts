import { InvalidArgumentError } from "@commander-js/extra-typings";
import { readRelativeTime } from "../config/relative-time.ts";

/** What an option that takes a time says of its values. */
export const timeForms =
  "a time (ISO 8601 with a zone), a day of UTC (2026-11-29, today, yesterday) or how long ago (24h, 90d)";

/** A time as people say it, in the form that the API takes. */
export function readTime(text: string, _before?: unknown, now = Date.now()): string {
  const time = readRelativeTime(text, now);
  if (time !== undefined) return time;
  throw new InvalidArgumentError(
    "It must be a time (ISO 8601 with a zone, as 2026-11-30T05:50:00Z), a day (2026-11-29, today, yesterday), or how long ago (30m, 24h, 90d or 2w).",
  );
}
