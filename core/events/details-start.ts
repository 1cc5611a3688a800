import { endOfValue, firstMembers } from "../json/json-parts.ts";
import type { MetadataValue } from "./metadata-value.ts";
import { type EventDetails, type FormattedDetails, keptDetails } from "./wire.ts";

/** A metadata entry whose value is still JSON text, as `raw_value` has it on the wire. */
export interface EntryText {
  readonly name: string;
  readonly type: MetadataValue["type"];
  readonly raw: string;
}

/** The details of an event from a store, with no value parsed. */
interface DetailsText {
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

/** The length of the text of an event's details that a store gave; 0 if it gave none. */
export function detailsLength(event: Kept): number {
  return event[keptDetails]?.text.length ?? 0;
}

/**
 * The beginning of an event's details, found in one pass over their text. Undefined if there is no such text or another
 * program wrote it: then read the event's own properties.
 */
export function detailsText(event: Kept, mostEntries: number): DetailsText | undefined {
  const text = event[keptDetails]?.text;
  if (text === undefined) return undefined;
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const { description = "null", tags = "{}", metadata = "{}" } = parts;
  const { members = [], total = 0 } = firstMembers(metadata, mostEntries) ?? {};
  const entries: EntryText[] = [];
  for (const [name, entry] of members) {
    const [start = "", type] = typedEntry.exec(entry) ?? [];
    if (type === undefined) return undefined;
    entries.push({ name, type: type as EntryText["type"], raw: entry.slice(start.length, -1) }); // as formatDetails wrote
  }
  return { description, tags, entries, total };
}

/** The texts of the parts that details have, as JSON. */
export interface DetailsParts {
  readonly description?: string;
  readonly tags?: string;
  readonly metadata?: string;
}

/** The parts of what `formatDetails` wrote. Undefined if another program wrote the text. */
export function partsOf(text: string): DetailsParts | undefined {
  const parts: { -readonly [Part in keyof DetailsParts]: string } = {};
  for (let at = 1; at < text.length - 1; ) {
    // Metadata come last, so the largest part is not searched.
    if (text.startsWith('"metadata":', at)) {
      parts.metadata = text.slice(at + '"metadata":'.length, -1);
      break;
    }
    const name = text.startsWith('"tags":', at)
      ? "tags"
      : text.startsWith('"description":', at)
        ? "description"
        : undefined;
    if (name === undefined) return undefined;
    const start = at + name.length + 3;
    const end = endOfValue(text, start);
    parts[name] = text.slice(start, end);
    at = end + 1;
  }
  return parts;
}

/** The start of a metadata entry that says its type. */
export const typedEntry = /^\{"type":"([a-z_]+)","raw_value":/;
