import { detailsText, type EntryText } from "../../../core/events/details-start.ts";
import { keptJson } from "../../../core/events/json-text.ts";
import { dataVersionOf, type MetadataValue, type RecordedEvent } from "../../../core/index.ts";
import { firstMembers } from "../../../core/json/json-parts.ts";
import type { JsonPart } from "./json-part.ts";

/** The most metadata entries of an event that a page shows. */
const mostEntries = 100;

/** A metadata entry. Its value is parsed no further than the event was. */
export interface Entry {
  readonly name: string;
  readonly type: MetadataValue["type"];
  readonly part: JsonPart;
}

/** The details of an event that a page shows. */
interface Details {
  readonly description: JsonPart | null;
  readonly dataVersion: string | null;
  readonly tags: JsonPart;
  /** The first metadata entries. */
  readonly entries: readonly Entry[];
  /** How many entries there are. */
  readonly total: number;
}

const known = new WeakMap<RecordedEvent, Details>();

/** The details of an event. It reads no more than a page shows: text from a store is not parsed. */
export function detailsOf(event: RecordedEvent): Details {
  const found = known.get(event) ?? readDetails(event);
  known.set(event, found);
  return found;
}

function readDetails(event: RecordedEvent): Details {
  const kept = detailsText(event, mostEntries);
  if (kept === undefined) return detailsOfValues(event);
  const { description, tags, entries, total } = kept;
  return {
    description: description === "null" ? null : { json: description },
    dataVersion: tags.includes(versionTag) ? versionIn(tags) : null,
    tags: { json: tags },
    entries: entries.map(entryOfText),
    total,
  };
}

function detailsOfValues(event: RecordedEvent): Details {
  const { description, tags, metadata } = event;
  const names = Object.keys(metadata);
  const entries = names.slice(0, mostEntries).flatMap((name): Entry[] => {
    const value = metadata[name];
    return value === undefined ? [] : [{ name, type: value.type, part: partOf(value) }];
  });
  return {
    description: description === null ? null : { value: description },
    dataVersion: dataVersionOf(event),
    tags: { value: tags },
    entries,
    total: names.length,
  };
}

const versionTag = "dagster/data_version";

function versionIn(tags: string): string | null {
  const members = firstMembers(tags, Number.POSITIVE_INFINITY)?.members ?? [];
  const json = members.find(([name]) => name === versionTag)?.[1];
  return json === undefined ? null : (JSON.parse(json) as string); // the value of a tag is a string
}

function entryOfText({ name, type, raw }: EntryText): Entry {
  return { name, type, part: { json: raw } };
}

function partOf(value: MetadataValue): JsonPart {
  const kept = keptJson(value);
  return kept === undefined ? { value: value.rawValue } : { json: kept.text };
}
