import { InvalidArgumentError } from "@commander-js/extra-typings";

/** As many as a server takes in one array. */
const mostDays = 10_000;
const day = 86_400_000;

/** Every day from one date to another, both included: `2026-09-01..2026-11-29`, or one date alone. */
export function readPartitionRange(text: string): readonly string[] {
  const [, first = "", last = first] = /^(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?$/.exec(text) ?? [];
  const [from, to] = [timeOf(first), timeOf(last)];
  if (from === undefined || to === undefined) {
    throw new InvalidArgumentError("It must be the first and the last date, as 2026-09-01..2026-11-29.");
  }
  const count = (to - from) / day + 1;
  if (count < 1) throw new InvalidArgumentError(`The first date must not be after the last: ${last}..${first}?`);
  if (count > mostDays)
    throw new InvalidArgumentError(`These are ${count} days, and ${mostDays} are the most at once.`);
  return Array.from({ length: count }, (_, i) => new Date(from + i * day).toISOString().slice(0, 10));
}

/** Undefined for a date that no calendar has, which `Date` would take for one of the next month. */
function timeOf(date: string): number | undefined {
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : time;
}
