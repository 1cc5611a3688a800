import { maxEventDepth, parseJson } from "../json/json.ts";
import { endOfValue, firstMembers } from "../json/json-parts.ts";
import { normalJson } from "../json/json-scanner.ts";
import { type JsonObject, type JsonValue, setMember } from "../json/json-value.ts";
import { type DetailsParts, partsOf, typedEntry } from "./details-start.ts";
import type { Tags } from "./event-fields.ts";
import { rawText, textValue } from "./json-text.ts";
import { isTyped, readMetadataValue } from "./metadata.ts";
import { isJsonType, type Metadata, type MetadataValue } from "./metadata-value.ts";
import {
  type EventDetails,
  type FormattedDetails,
  formatAnswerDetails,
  keptDetails,
  readDetails,
  readMetadata,
} from "./wire.ts";

/** Details up to this length are parsed as a whole. In longer ones each object and array of the metadata stays text. */
const wholeLength = 4096;

/**
 * An event with the details that `formatDetails` wrote. They are parsed only when the description, tags or metadata are
 * read; `formatEvent` copies their text. A spread copy holds the parsed details, without the text.
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
    if (this.#details === undefined) {
      const parts = this.#text.length <= wholeLength ? undefined : partsOf(this.#text);
      this.#details = parts === undefined ? parseDetails(this.#text) : readParts(parts);
    }
    return this.#details;
  }

  get text(): string {
    return this.#text;
  }

  get formatted(): string {
    return formatParts(this.#text) ?? formatAnswerDetails(this.details);
  }
}

/** Parses what `formatDetails` wrote. */
export function parseDetails(text: string): EventDetails {
  return readDetails(parseJson(text, { maxDepth: maxEventDepth }) as JsonObject); // as formatDetails wrote it
}

function readParts({ description = "null", tags = "{}", metadata = "{}" }: DetailsParts): EventDetails {
  return { ...parseDetails(`{"description":${description},"tags":${tags}}`), metadata: readEntries(metadata) };
}

function readEntries(text: string): Metadata {
  const metadata: { [name: string]: MetadataValue } = {};
  for (const [name, entry] of firstMembers(text, Number.POSITIVE_INFINITY)?.members ?? []) {
    setMember(metadata, name, readEntry(entry));
  }
  return metadata;
}

function readEntry(entry: string): MetadataValue {
  const [start = "", type = ""] = typedEntry.exec(entry) ?? [];
  const raw = entry.slice(start.length, -1);
  if (isJsonType(type) && /^[[{]/.test(raw)) return textValue(type, normal(raw));
  const typed = start === "" ? undefined : { type, rawValue: parseJson(raw, { maxDepth: maxEventDepth }) };
  if (isTyped(typed)) return readMetadataValue(typed);
  const wire: JsonObject = { value: parseJson(entry, { maxDepth: maxEventDepth }) };
  return readMetadata(wire).value as MetadataValue; // the value of its one name
}

// JSON.stringify of an event built by hand escapes a lone surrogate, for which answers have U+FFFD.
const loneSurrogate = "\\ud";

function normal(json: string): string {
  return json.includes(loneSurrogate) ? normalJson(json, { maxDepth: maxEventDepth }) : json;
}

/** The details of this text as `formatAnswerDetails` writes them. Undefined if they can't be copied. */
function formatParts(text: string): string | undefined {
  if (text.includes(loneSurrogate)) return undefined;
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const { description = "null", tags = "{}", metadata = "{}" } = parts;
  if (!areAnswered(metadata)) return undefined;
  return `"description":${description},"data_version":${versionText(tags)},"tags":${tags},"metadata":${metadata}`;
}

const rawValue = '","raw_value":';

/**
 * Whether answers write each number as it is stored. An event built by hand may hold an int or a float that they write
 * in another way. Text inside JSON that looks like a number is checked too: to tell it apart would cost as much.
 */
function areAnswered(metadata: string): boolean {
  for (let at = metadata.indexOf(rawValue); at !== -1; at = metadata.indexOf(rawValue, at + rawValue.length)) {
    const type = metadata.slice(metadata.lastIndexOf('"', at - 1) + 1, at);
    if (type !== "int" && type !== "float" && type !== "timestamp") continue;
    const start = at + rawValue.length;
    const token = metadata.slice(start, endOfValue(metadata, start));
    if (!(type === "int" ? plainInt : plainFloat).test(token) && !isAnswered(type, token)) return false;
  }
  return true;
}

const plainInt = /^(?:0|-?[1-9]\d{0,14})$/;
const plainFloat = /^-?(?:0|[1-9]\d{0,6})\.(?:0|\d{0,5}[1-9])$/;

function isAnswered(type: string, token: string): boolean {
  try {
    return rawText(readEntry(`{"type":"${type}","raw_value":${token}}`)) === token;
  } catch {
    return false;
  }
}

function versionText(tags: string): string {
  if (!tags.includes('"dagster/data_version":')) return "null";
  const { "dagster/data_version": version = null } = JSON.parse(tags) as Tags & JsonValue; // as formatDetails wrote them
  return JSON.stringify(version);
}
