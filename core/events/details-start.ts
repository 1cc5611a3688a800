import { endOfValue, firstMembers } from "../json/json-parts.ts";
import type { MetadataValue } from "./metadata-value.ts";
import { type EventDetails, type FormattedDetails, keptDetails } from "./wire.ts";

/** A metadata entry whose value is JSON still, as `raw_value` has it on the wire. */
export interface EntryText {
  readonly name: string;
  readonly type: MetadataValue["type"];
  readonly raw: string;
}

/** What an event from a store says of itself, with no value parsed. */
export interface DetailsText {
  /** JSON: a string or null. */
  readonly description: string;
  /** JSON: an object of strings. */
  readonly tags: string;
  /** The first entries of the metadata. */
  readonly entries: readonly EntryText[];
  /** How many entries there are. */
  readonly total: number;
}

type Kept = EventDetails & { readonly [keptDetails]?: FormattedDetails };

/** How long the text is that a store gave of an event's details; 0 where it gave none. */
export function detailsLength(event: Kept): number {
  return event[keptDetails]?.text.length ?? 0;
}

/**
 * The beginning of an event's details, found by going through their text once. Undefined where there is no such text, or
 * one that another program wrote: then the event's own properties are to be read.
 */
export function detailsText(event: Kept, mostEntries: number): DetailsText | undefined {
  const text = event[keptDetails]?.text;
  if (text === undefined) return undefined;
  const parts = { description: "null", tags: "{}", metadata: "{}" };
  for (let at = 1; at < text.length - 1; ) {
    const name = partNames.find((name) => text.startsWith(`"${name}":`, at));
    if (name === undefined) return undefined;
    const start = at + name.length + 3;
    // Metadata come last, and may be long.
    const end = name === "metadata" ? text.length - 1 : endOfValue(text, start);
    parts[name] = text.slice(start, end);
    at = end + 1;
  }
  const { members = [], total = 0 } = firstMembers(parts.metadata, mostEntries) ?? {};
  const entries: EntryText[] = [];
  for (const [name, entry] of members) {
    const [start = "", type] = entryStart.exec(entry) ?? [];
    if (type === undefined) return undefined;
    entries.push({ name, type: type as EntryText["type"], raw: entry.slice(start.length, -1) }); // as formatDetails wrote
  }
  return { description: parts.description, tags: parts.tags, entries, total };
}

const partNames = ["description", "tags", "metadata"] as const;
const entryStart = /^\{"type":"([a-z_]+)","raw_value":/;
