import type { Tags } from "./events.ts";
import { maxEventDepth, parseJson } from "./json.ts";
import { firstMembers } from "./json-parts.ts";
import { rawText, textValue } from "./json-text.ts";
import { type JsonObject, type JsonValue, setMember } from "./json-value.ts";
import type { JsonType, Metadata, MetadataValue } from "./metadata-value.ts";
import {
  type EventDetails,
  type FormattedDetails,
  formatAnswerDetails,
  keptDetails,
  readDetails,
  readMetadata,
} from "./wire.ts";

/** Details up to this length are parsed as a whole; of longer ones each object and array in the metadata stays text. */
const wholeLength = 4096;

/**
 * An event with the details that `formatDetails` wrote. They are parsed only when somebody reads its description, tags or
 * metadata; `formatEvent` copies their text. A spread copy has them parsed, and forgets the text.
 */
export function withDetails<Fields extends object>(fields: Fields, text: string): Fields & EventDetails {
  const kept = new KeptDetails(text);
  const event = {
    ...fields,
    get description() {
      return kept.details.description;
    },
    get tags() {
      return kept.details.tags;
    },
    get metadata() {
      return kept.details.metadata;
    },
  };
  return Object.defineProperty(event, keptDetails, { value: kept });
}

class KeptDetails implements FormattedDetails {
  readonly #text: string;
  #details: EventDetails | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get details(): EventDetails {
    this.#details ??= this.#text.length <= wholeLength ? parseDetails(this.#text) : readParts(this.#text);
    return this.#details;
  }

  get formatted(): string {
    return formatParts(this.#text) ?? formatAnswerDetails(this.details);
  }
}

/** What `formatDetails` wrote. */
export function parseDetails(text: string): EventDetails {
  return readDetails(parseJson(text, { maxDepth: maxEventDepth }) as JsonObject); // as formatDetails wrote it
}

function partsOf(text: string): { readonly [name: string]: string } {
  return Object.fromEntries(firstMembers(text, 3)?.members ?? []);
}

function readParts(text: string): EventDetails {
  const { metadata, ...rest } = partsOf(text);
  const { description, tags } = parseDetails(
    `{${Object.entries(rest)
      .map(([name, part]) => `"${name}":${part}`)
      .join(",")}}`,
  );
  return { description, tags, metadata: metadata === undefined ? {} : readEntries(metadata) };
}

function readEntries(text: string): Metadata {
  const metadata: { [name: string]: MetadataValue } = {};
  for (const { name, type, raw } of entriesOf(text) ?? []) setMember(metadata, name, readEntry(type, raw));
  return metadata;
}

const jsonTypes: readonly string[] = ["json", "table", "table_schema", "table_column_lineage"] satisfies JsonType[];

function readEntry(type: string, raw: string): MetadataValue {
  if (jsonTypes.includes(type) && /^[[{]/.test(raw)) return textValue(type as JsonType, raw); // as the line before says
  const wire: JsonObject = { value: { type, raw_value: parseJson(raw, { maxDepth: maxEventDepth }) } };
  return readMetadata(wire).value as MetadataValue; // that of its one name
}

interface Entry {
  readonly name: string;
  readonly type: string;
  /** The text of the value. */
  readonly raw: string;
}

const entryStart = /^\{"type":"([a-z_]+)","raw_value":/;

/** Undefined where the text is not as `formatDetails` writes it. */
function entriesOf(text: string): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  for (const [name, entry] of firstMembers(text, Number.POSITIVE_INFINITY)?.members ?? []) {
    const [start, type] = entryStart.exec(entry) ?? [];
    if (start === undefined || type === undefined) return undefined;
    entries.push({ name, type, raw: entry.slice(start.length, -1) });
  }
  return entries;
}

/** As `formatAnswerDetails` writes the details of this text; undefined where it is not one that can be copied. */
function formatParts(text: string): string | undefined {
  // JSON.stringify of an event built by hand escapes a lone surrogate, which answers say as U+FFFD.
  if (text.includes("\\ud")) return undefined;
  const { description = "null", tags = "{}", metadata = "{}" } = partsOf(text);
  const entries = entriesOf(metadata);
  if (entries === undefined || !entries.every(isPlain)) return undefined;
  return `"description":${description},"data_version":${versionText(tags)},"tags":${tags},"metadata":${metadata}`;
}

/** Whether the answer says the value as it is stored. An int that an event built by hand gave as a string may be another. */
function isPlain({ type, raw }: Entry): boolean {
  if (type !== "int" && type !== "float" && type !== "timestamp") return true;
  return /^-?\d{1,15}$/.test(raw) ? type === "int" : rawText(readEntry(type, raw)) === raw;
}

function versionText(tags: string): string {
  if (!tags.includes('"dagster/data_version":')) return "null";
  const { "dagster/data_version": version = null } = JSON.parse(tags) as Tags & JsonValue; // as formatDetails wrote them
  return JSON.stringify(version);
}
