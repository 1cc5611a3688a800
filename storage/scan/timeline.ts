import type { EventMark } from "../overview.ts";

/** How many events of an asset a timeline examines. */
export const mostExamined = 50_000;
/** How many characters of a partition or check name a timeline has. */
export const mostOfName = 100;

interface ThinnedMark extends EventMark {
  readonly events: number;
}

/** The least timestamp of these events; null if there are none. */
export function firstOf(marks: readonly EventMark[]): number | null {
  return marks.reduce<number | null>((first, { timestamp }) => Math.min(first ?? timestamp, timestamp), null);
}

/** The marks of `Overview.timeline` for these events, which may be in any order. The names are still to be added. */
export function thinMarks(marks: readonly EventMark[], slots: number): readonly ThinnedMark[] {
  if (marks.length <= slots) return marks.toSorted(inOrder).map((mark) => ({ ...mark, events: 1 }));
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { timestamp } of marks) {
    first = Math.min(first, timestamp);
    last = Math.max(last, timestamp);
  }
  const width = Math.max(1, last - first) / slots;
  const kept = new Map<string, { latest: EventMark; events: number }>();
  for (const mark of marks) {
    const slot = Math.min(slots - 1, Math.floor((mark.timestamp - first) / width));
    const place = `${slot} ${mark.type} ${mark.passed} ${mark.passed === false ? mark.severity : ""}`;
    const found = kept.get(place);
    if (found === undefined) kept.set(place, { latest: mark, events: 1 });
    else {
      found.events++;
      if (inOrder(mark, found.latest) > 0) found.latest = mark;
    }
  }
  return [...kept.values()].map(({ latest, events }) => ({ ...latest, events })).sort(inOrder);
}

/**
 * Chooses at most `most` events of `all`, which are returned whole. If there are more, those that were kept as marks are
 * chosen first, because they are spread over time; then others, evenly spread. Ordered by (timestamp, id).
 */
export function pickEvents(all: readonly EventMark[], kept: readonly EventMark[], most: number): readonly EventMark[] {
  const candidates = all.filter(isReport);
  if (candidates.length <= most) return candidates.sort(inOrder);
  const first = kept.filter(isReport);
  if (first.length >= most) return thinReports(first, most);
  const ids = new Set(first.map(({ id }) => id));
  const others = candidates.filter(({ id }) => !ids.has(id)).sort(inOrder);
  return [...first, ...spread(others, most - first.length)].sort(inOrder);
}

/**
 * Chooses at most `most` of these reports, spread over their time, each type by its share. The latest of each type is
 * among them. They are in the order of (timestamp, id), as are those that are chosen.
 */
export function thinReports(reports: readonly EventMark[], most: number): readonly EventMark[] {
  if (reports.length <= most) return reports;
  const observed = reports.filter(({ type }) => type === "ASSET_OBSERVATION");
  if (observed.length === 0 || observed.length === reports.length || most < 2) return spreadOverTime(reports, most);
  const share = Math.round((most * observed.length) / reports.length);
  const ofObserved = Math.max(1, Math.min(most - 1, share));
  const materialized = reports.filter(({ type }) => type === "ASSET_MATERIALIZATION");
  const picked = new Set([...spreadOverTime(observed, ofObserved), ...spreadOverTime(materialized, most - ofObserved)]);
  return reports.filter((mark) => picked.has(mark));
}

function isReport({ type }: EventMark): boolean {
  return type !== "ASSET_CHECK_EVALUATION";
}

function inOrder(a: EventMark, b: EventMark): number {
  return a.timestamp - b.timestamp || a.id - b.id;
}

/**
 * The latest of each of `most` equal spans of time, and evenly spread others: reports of many days must not be lost among
 * those of a burst.
 */
function spreadOverTime(reports: readonly EventMark[], most: number): readonly EventMark[] {
  if (most < 1) return [];
  const [first, last] = [reports[0]?.timestamp ?? 0, reports.at(-1)?.timestamp ?? 0];
  const spanOf = ({ timestamp }: EventMark) =>
    Math.min(most - 1, Math.floor(((timestamp - first) / Math.max(1, last - first)) * most));
  const isLatest = (mark: EventMark, i: number) => {
    const next = reports[i + 1];
    return next === undefined || spanOf(next) !== spanOf(mark);
  };
  const latest = reports.filter(isLatest);
  const others = reports.filter((mark, i) => !isLatest(mark, i));
  return [...latest, ...spread(others, most - latest.length)].sort(inOrder);
}

function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const step = items.length / most;
  return Array.from({ length: most }, (_, i) => items[Math.ceil((i + 1) * step) - 1]).flatMap((item) => item ?? []);
}

/** A name, cut to the length that a timeline has. */
export function timelineName(name: string | null): string | null {
  return name === null ? null : name.slice(0, mostOfName).toWellFormed();
}
