import type { AssetKey, RecordedEvent } from "../../../core/index.ts";
import { isNumberText, numberText } from "../../../core/json/json-value.ts";
import type { TimelineMark } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { ParameterError } from "../../http/query-parameters.ts";
import { detailsOf } from "../values/event-details.ts";
import { type JsonPart, textOf } from "../values/json-part.ts";

/** Several times as many as a lane draws, so that each span with events has a mark. */
const mostMarks = 900;
/** How many materializations and observations are read for their numbers and data versions. */
const mostRead = 2000;
/** A longer series keeps the least and the greatest value of each of its parts. */
const mostValues = 240;
/** The most values of all series of a page together, except that each may have `fewestValues`. */
const mostOfAll = 2880;
const fewestValues = 120;

const day = 86_400_000;
/** The ranges of time that a page can show, by the value of `range` in its address. */
export const ranges = {
  "24h": { text: "24 h", words: "in the last 24 h", span: day },
  "7d": { text: "7 d", words: "in the last 7 days", span: 7 * day },
  "30d": { text: "30 d", words: "in the last 30 days", span: 30 * day },
  all: { text: "All", words: "", span: undefined },
} as const;
export type RangeName = keyof typeof ranges;

/** Throws ParameterError for an unknown range. */
export function rangeIn(query: URLSearchParams): RangeName {
  const asked = query.get("range") ?? "all";
  if (Object.hasOwn(ranges, asked)) return asked as RangeName; // as hasOwn has checked
  throw new ParameterError("range", "The parameter range must be 24h, 7d, 30d or all.");
}

/** The events of an asset in a range of time, by their timestamps. */
export interface History {
  readonly range: RangeName;
  /** The start of the range, in milliseconds since 1970 UTC; undefined if it starts with the first event. */
  readonly since: number | undefined;
  readonly marks: readonly TimelineMark[];
  /** The timestamp of the first event. */
  readonly first: number | null;
  /** How many events the marks stand for. */
  readonly total: number;
  /** Whether the marks are a sample, because there are more events than were examined. */
  readonly isSample: boolean;
  /** Materializations and observations, newest first. If there are many, an evenly spread sample. */
  readonly events: readonly RecordedEvent[];
  /** How many materializations and observations the marks stand for. */
  readonly reports: number;
  /** Whether `events` are all materializations and observations of the range. */
  readonly isWhole: boolean;
}

export async function readHistory(log: ScopedEventLog, key: AssetKey, range: RangeName, now: number): Promise<History> {
  const { span } = ranges[range];
  const since = span === undefined ? undefined : now - span;
  const { marks, first, isSample, events } = await log.timeline(key, { since, slots: mostMarks, events: mostRead });
  const reports = countOf(marks.filter(({ type }) => type !== "ASSET_CHECK_EVALUATION"));
  return {
    range,
    since,
    marks,
    first,
    total: countOf(marks),
    isSample,
    events: events.toReversed(),
    reports,
    isWhole: !isSample && events.length === reports,
  };
}

/** How many events marks stand for. */
export function countOf(marks: readonly TimelineMark[]): number {
  return marks.reduce((sum, { events }) => sum + events, 0);
}

/** A number in the metadata over time, oldest first. */
export interface Series {
  readonly name: string;
  /** Milliseconds since 1970 UTC. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** How many values there were before some were left out. */
  readonly count: number;
  readonly least: number;
  readonly greatest: number;
}

const mostSeries = 60;

/**
 * The numbers in the metadata of events, by name. It reads the first entries of each event, and returns at most 60 series,
 * each with at least two points.
 */
export function seriesOf(events: readonly RecordedEvent[]): readonly Series[] {
  const points = new Map<string, Point[]>();
  for (const event of events) {
    for (const { name, type, part } of detailsOf(event).entries) {
      if (type !== "int" && type !== "float") continue;
      const value = numberIn(part);
      if (!Number.isFinite(value)) continue;
      const ofName = points.get(name);
      if (ofName === undefined) points.set(name, [{ time: event.timestamp, value }]);
      else ofName.push({ time: event.timestamp, value });
    }
  }
  const several = [...points].filter(([, ofName]) => ofName.length > 1).slice(0, mostSeries);
  const most = Math.min(mostValues, Math.max(fewestValues, Math.floor(mostOfAll / Math.max(1, several.length))));
  return several.map(([name, ofName]) => {
    const kept = keepExtremes(
      ofName.toSorted((a, b) => a.time - b.time),
      most,
    );
    const values = kept.map(({ value }) => value);
    const least = values.reduce((least, value) => Math.min(least, value));
    const greatest = values.reduce((greatest, value) => Math.max(greatest, value));
    return { name, times: kept.map(({ time }) => time), values, count: ofName.length, least, greatest };
  });
}

const mostPlots = 24;
/** How much of the page the numbers of all plots may take, in characters. */
const mostFigures = 60_000;

/** The first of these series, as many as fit the page. */
export function plotted(all: readonly Series[]): readonly Series[] {
  let characters = 0;
  const first = all.slice(0, mostPlots);
  const end = first.findIndex(({ values }, i) => {
    characters += values.join(" ").length;
    return i > 0 && characters > mostFigures;
  });
  return end === -1 ? first : first.slice(0, end);
}

/** A number at a moment, in milliseconds since 1970 UTC. */
export interface Point {
  readonly time: number;
  readonly value: number;
}

/**
 * At most `most` points: the first and the last, and the least and the greatest of equal parts between them. The parts
 * have equally many points, not equal time, so that a burst is drawn as finely as the rest.
 */
export function keepExtremes(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const parts = Math.floor((most - 2) / 2);
  const inner = points.length - 2;
  const kept = points.slice(0, 1);
  for (let part = 0; part < parts; part++) {
    const of = points.slice(1 + Math.floor((part * inner) / parts), 1 + Math.floor(((part + 1) * inner) / parts));
    let [low, high] = [0, of.length - 1];
    for (const [i, { value }] of of.entries()) {
      if (value < (of[low]?.value ?? 0)) low = i;
      if (value > (of[high]?.value ?? 0)) high = i;
    }
    for (const [i, point] of of.entries()) if (i === low || i === high) kept.push(point);
  }
  return [...kept, ...points.slice(-1)];
}

/** No number that can be drawn has more digits. */
const mostDigits = 400;

function numberIn(part: JsonPart): number {
  if ("json" in part) return Number(textOf(part, mostDigits));
  return Number(isNumberText(part.value) ? part.value[numberText] : part.value);
}

/** The event from which an asset had a data version. */
export interface VersionChange {
  readonly version: string;
  readonly event: RecordedEvent;
  /**
   * `since`: the event introduced the version. `since at least`: the version is as old or older. `seen`: the event has
   * it, but not all events were read.
   */
  readonly known: "since" | "since at least" | "seen";
}

/** The changes of the data version among the events that were read, newest first. */
export function versionChanges({ events, range, isWhole }: History): readonly VersionChange[] {
  const versioned = events.flatMap((event) => {
    const version = detailsOf(event).dataVersion;
    return version === null ? [] : [{ version, event }];
  });
  const changes = versioned.filter(({ version }, i) => version !== versioned[i + 1]?.version);
  return changes.map((change, i) => {
    // Events before the range are not known.
    const isOldest = i === changes.length - 1 && range !== "all";
    return { ...change, known: !isWhole ? "seen" : isOldest ? "since at least" : "since" };
  });
}
