import { type AssetKey, dataVersionOf, formatEvent, type RecordedEvent } from "../../core/index.ts";
import { numberText } from "../../core/json-value.ts";
import type { CallersLog } from "../http/callers-log.ts";
import { walkEvents } from "../http/event-walk.ts";

const mostEvents = 300;
const mostCharacters = 1_000_000;

/** An asset's newest events, newest first: enough of them to draw, and no more where they are large. */
export async function readHistory(log: CallersLog, assetKey: AssetKey): Promise<readonly RecordedEvent[]> {
  const walk = walkEvents(log, { assetKey }, "desc");
  const events: RecordedEvent[] = [];
  for (let characters = 0; events.length < mostEvents && characters < mostCharacters; ) {
    const page = await walk.next(mostEvents - events.length);
    const length = page.events.reduce((sum, event) => sum + formatEvent(event).length, 0);
    walk.measured(page.events.length, length);
    characters += length;
    for (const event of page.events) events.push(event);
    if (!page.hasMore) break;
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

/** What was numbers in materializations and observations, by name, each with at least two points. */
export function seriesOf(events: readonly RecordedEvent[]): readonly Series[] {
  const points = new Map<string, { readonly time: number; readonly value: number }[]>();
  for (const event of events) {
    if (event.type !== "ASSET_MATERIALIZATION" && event.type !== "ASSET_OBSERVATION") continue;
    for (const [name, value] of Object.entries(event.metadata)) {
      if (value.type !== "int" && value.type !== "float") continue;
      const number = typeof value.rawValue === "number" ? value.rawValue : Number(value.rawValue[numberText]);
      if (!Number.isFinite(number)) continue;
      const ofName = points.get(name);
      if (ofName === undefined) points.set(name, [{ time: event.timestamp, value: number }]);
      else ofName.push({ time: event.timestamp, value: number });
    }
  }
  return [...points]
    .filter(([, ofName]) => ofName.length > 1)
    .map(([name, ofName]) => {
      const sorted = ofName.toSorted((a, b) => a.time - b.time);
      const values = sorted.map(({ value }) => value);
      const least = values.reduce((least, value) => Math.min(least, value));
      const greatest = values.reduce((greatest, value) => Math.max(greatest, value));
      return { name, times: sorted.map(({ time }) => time), values, least, greatest };
    });
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
      const version = dataVersionOf(event);
      return version === null ? [] : [{ version, event }];
    })
    .toSorted((a, b) => b.event.timestamp - a.event.timestamp || b.event.id - a.event.id);
  return versioned.filter(({ version }, i) => version !== versioned[i + 1]?.version);
}
