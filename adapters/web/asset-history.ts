import { detailsLength } from "../../core/details-start.ts";
import type { AssetKey, RecordedEvent } from "../../core/index.ts";
import { isNumberText, numberText } from "../../core/json-value.ts";
import type { CallersLog } from "../http/callers-log.ts";
import { detailsOf } from "./event-details.ts";
import { type JsonPart, textOf } from "./json-part.ts";

const mostEvents = 300;
const mostCharacters = 1_000_000;

/** An asset's newest events, newest first: enough of them to draw, and no more where they are large. */
export async function readHistory(log: CallersLog, assetKey: AssetKey): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  // A few at first, since events may be as large as a body.
  let limit = 50;
  let characters = 0;
  for (let cursor: string | undefined; events.length < mostEvents && characters < mostCharacters; ) {
    const page = await log.query(
      { assetKey },
      { order: "desc", limit: Math.min(limit, mostEvents - events.length), cursor },
    );
    for (const event of page.events) {
      events.push(event);
      characters += detailsLength(event);
    }
    if (!page.hasMore) break;
    cursor = page.cursor ?? cursor;
    const fitting = Math.ceil(((mostCharacters - characters) * events.length) / Math.max(1, characters));
    limit = Math.max(1, Math.min(limit * 8, fitting));
  }
  return events;
}

/** A metadata number over time, oldest first. */
export interface Series {
  readonly name: string;
  /** Milliseconds since 1970 UTC. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly least: number;
  readonly greatest: number;
}

const mostSeries = 60;

/**
 * What was numbers in materializations and observations, by name, each with at least two points: of the first names of
 * each event, and no more than 60 of them.
 */
export function seriesOf(events: readonly RecordedEvent[]): readonly Series[] {
  const points = new Map<string, { readonly time: number; readonly value: number }[]>();
  for (const event of events) {
    if (event.type !== "ASSET_MATERIALIZATION" && event.type !== "ASSET_OBSERVATION") continue;
    for (const { name, type, part } of detailsOf(event).entries) {
      if (type !== "int" && type !== "float") continue;
      const value = numberIn(part);
      if (!Number.isFinite(value)) continue;
      const ofName = points.get(name);
      if (ofName === undefined) points.set(name, [{ time: event.timestamp, value }]);
      else ofName.push({ time: event.timestamp, value });
    }
  }
  return [...points]
    .filter(([, ofName]) => ofName.length > 1)
    .slice(0, mostSeries)
    .map(([name, ofName]) => {
      const sorted = ofName.toSorted((a, b) => a.time - b.time);
      const values = sorted.map(({ value }) => value);
      const least = values.reduce((least, value) => Math.min(least, value));
      const greatest = values.reduce((greatest, value) => Math.max(greatest, value));
      return { name, times: sorted.map(({ time }) => time), values, least, greatest };
    });
}

/** More digits than a number has that can be drawn. */
const mostDigits = 400;

function numberIn(part: JsonPart): number {
  if ("json" in part) return Number(textOf(part, mostDigits));
  return Number(isNumberText(part.value) ? part.value[numberText] : part.value);
}

/** A data version, from the event on that brought it. */
export interface VersionChange {
  readonly version: string;
  readonly event: RecordedEvent;
}

/** Where the data version became another one, newest first; the oldest event that has one counts as a change. */
export function versionChanges(events: readonly RecordedEvent[]): readonly VersionChange[] {
  const versioned = events
    .filter(({ type }) => type === "ASSET_MATERIALIZATION" || type === "ASSET_OBSERVATION")
    .flatMap((event) => {
      const version = detailsOf(event).dataVersion;
      return version === null ? [] : [{ version, event }];
    })
    .toSorted((a, b) => b.event.timestamp - a.event.timestamp || b.event.id - a.event.id);
  return versioned.filter(({ version }, i) => version !== versioned[i + 1]?.version);
}
