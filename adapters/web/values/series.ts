import type { RecordedEvent } from "../../../core/index.ts";
import { isNumberText, numberText } from "../../../core/json/json-value.ts";
import { detailsOf } from "./event-details.ts";
import { type JsonPart, textOf } from "./json-part.ts";

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

/** A longer series keeps the least and the greatest value of each of its spans of time. */
const mostValues = 240;
/** The most values of all series of a page together, except that each may have `fewestValues`. */
const mostOfAll = 2880;
const fewestValues = 120;
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
 * At most `most` points, which are ordered by time: the first and the last, and the least and the greatest of equal spans
 * of time between them. A burst takes no more spans than it lasted, so each day of a long history keeps its point.
 */
export function keepExtremes(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const spans = Math.floor((most - 2) / 2);
  const [first = 0, last = 0] = [points[0]?.time, points.at(-1)?.time];
  const width = Math.max(1, last - first) / spans;
  const kept = points.slice(0, 1);
  let of: Point[] = [];
  const keepOfSpan = () => {
    let [low, high] = [0, of.length - 1];
    for (const [i, { value }] of of.entries()) {
      if (value < (of[low]?.value ?? 0)) low = i;
      if (value > (of[high]?.value ?? 0)) high = i;
    }
    for (const [i, point] of of.entries()) if (i === low || i === high) kept.push(point);
    of = [];
  };
  const spanOf = ({ time }: Point) => Math.min(spans - 1, Math.floor((time - first) / width));
  for (const point of points.slice(1, -1)) {
    if (of[0] !== undefined && spanOf(of[0]) !== spanOf(point)) keepOfSpan();
    of.push(point);
  }
  keepOfSpan();
  return [...kept, ...points.slice(-1)];
}

/** No number that can be drawn has more digits. */
const mostDigits = 400;

function numberIn(part: JsonPart): number {
  if ("json" in part) return Number(textOf(part, mostDigits));
  return Number(isNumberText(part.value) ? part.value[numberText] : part.value);
}
