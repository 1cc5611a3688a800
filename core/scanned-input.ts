import { maxEventDepth, maxJsonDepth, parseJson } from "./json.ts";
import { firstItems } from "./json-parts.ts";
import { JsonScanner, type JsonSpan } from "./json-scanner.ts";
import { largeText } from "./json-text.ts";
import { type JsonObject, type JsonText, type JsonValue, jsonText, setMember } from "./json-value.ts";
import { isTyped } from "./metadata.ts";

/** Of what there may be how many. A caller that sends more is told so before any is looked at. */
export interface PartLimits {
  readonly events: number;
  readonly tags: number;
  readonly metadata: number;
  readonly partitions: number;
  /** Throws what says that there are too many. */
  refuse(part: "events" | "tags" | "metadata" | "partitions", count: number): never;
}

/** Makes the value of what was scanned. It throws what `PartLimits.refuse` throws. */
type Build = () => JsonValue;

/**
 * A report's body, scanned: its metadata hold JsonText where they hold objects and arrays, and so does every field that
 * takes no such value. Of the fields that reports do not have only some names are kept. Throws JsonSyntaxError.
 */
export function scanReport(text: string, limits: PartLimits): JsonValue {
  const scanner = new JsonScanner(text, { maxDepth: maxJsonDepth });
  const build = scanFields(scanner, (name) => {
    if (name === "metadata") return scanMembers(scanner, scanValue, "metadata", limits);
    const value = name === "asset_key" ? scanStrings(scanner) : scanValue(scanner);
    return reportFields.has(name) ? value : undefined;
  });
  scanner.end();
  return build();
}

const reportFields: ReadonlySet<string> = new Set([
  "asset_key",
  "metadata",
  "partition",
  "description",
  "data_version",
  "check_name",
  "passed",
  "severity",
]);

export interface ScannedEvents {
  readonly isArray: boolean;
  /** What each event of an array says, or the only one. They throw what `PartLimits.refuse` throws. */
  readonly inputs: readonly Build[];
}

/**
 * What `POST /api/v1/events` takes, scanned: one event or an array of them. The metadata of large ones hold JsonText, as
 * plain values or as `raw_value`. Throws JsonSyntaxError.
 */
export function scanEvents(text: string, limits: PartLimits): ScannedEvents {
  const scanner = new JsonScanner(text, { maxDepth: maxEventDepth });
  const isArray = scanner.next === "[";
  const inputs: Build[] = [];
  let count = 0;
  const scanNext = () => {
    if (++count > limits.events) scanner.value();
    else inputs.push(scanEvent(scanner, limits));
  };
  if (isArray) scanner.array(scanNext);
  else scanNext();
  scanner.end();
  if (count > limits.events) limits.refuse("events", count);
  return { isArray, inputs };
}

/** As `scanEvents`, for one event alone: an array is none. */
export function scanOneEvent(text: string, limits: PartLimits): JsonValue {
  const scanner = new JsonScanner(text, { maxDepth: maxEventDepth });
  const build = scanEvent(scanner, limits);
  scanner.end();
  return build();
}

function scanEvent(scanner: JsonScanner, limits: PartLimits): Build {
  const start = scanner.at;
  const build = scanFields(scanner, (name) => {
    if (name === "metadata") return scanMembers(scanner, scanEntry, name, limits);
    if (name === "tags") return scanMembers(scanner, scanValue, name, limits);
    if (name === "partitions") return scanPartitions(scanner, limits);
    return name === "asset_key" ? scanStrings(scanner) : scanValue(scanner);
  });
  const span = { start, end: scanner.at };
  const isLarge = span.end - span.start > largeText;
  return isLarge ? build : () => parseJson(scanner.source(span), { maxDepth: maxEventDepth });
}

/** What is more than an event or a report can have is only named in what is said of it. */
const mostFields = 100;

/** An object's fields, each as `scanField` says; null for those of which it says nothing. */
function scanFields(scanner: JsonScanner, scanField: (name: string) => Build | undefined): Build {
  if (scanner.next !== "{") return scanValue(scanner);
  const fields = new Map<string, Build>();
  scanner.object((name) => {
    const build = scanField(name);
    if (build !== undefined || fields.size < mostFields) fields.set(name, build ?? (() => null));
  });
  return () => objectOf(fields);
}

/** The members of an object, if they are no more than there may be. */
function scanMembers(
  scanner: JsonScanner,
  scanMember: (scanner: JsonScanner) => Build,
  part: "tags" | "metadata",
  limits: PartLimits,
): Build {
  if (scanner.next !== "{") return scanValue(scanner);
  const members = new Map<string, Build>();
  let count = 0;
  scanner.object((name) => {
    count++;
    if (members.size > limits[part]) scanner.value();
    else members.set(name, scanMember(scanner));
  });
  return () => (members.size > limits[part] ? limits.refuse(part, count) : objectOf(members));
}

function objectOf(members: ReadonlyMap<string, Build>): JsonObject {
  const object: { [name: string]: JsonValue } = {};
  for (const [name, build] of members) setMember(object, name, build());
  return object;
}

/** A metadata value of an event, which may say its own type. */
function scanEntry(scanner: JsonScanner): Build {
  if (scanner.next !== "{") return scanValue(scanner);
  const members = new Map<string, JsonSpan>();
  const entry = scanner.object((name) => {
    const span = scanner.value();
    if (members.size <= 2) members.set(name, span);
  });
  return () => {
    const [typeSpan, rawSpan] = [members.get("type"), members.get("raw_value")];
    if (members.size !== 2 || typeSpan === undefined || rawSpan === undefined) return textOf(scanner, entry);
    const type = readSpan(scanner, typeSpan);
    if (typeof type !== "string" || !isTyped({ type, rawValue: null })) return textOf(scanner, entry);
    return { type, raw_value: type === "asset" ? stringsOf(scanner, rawSpan) : readSpan(scanner, rawSpan) };
  };
}

function scanValue(scanner: JsonScanner): Build {
  const span = scanner.value();
  return () => readSpan(scanner, span);
}

function scanStrings(scanner: JsonScanner): Build {
  const span = scanner.value();
  return () => stringsOf(scanner, span);
}

function scanPartitions(scanner: JsonScanner, limits: PartLimits): Build {
  const span = scanner.value();
  return () => {
    const count = span.depth === 1 ? (firstItems(scanner.source(span), 0)?.total ?? 0) : 0;
    return count > limits.partitions ? limits.refuse("partitions", count) : stringsOf(scanner, span);
  };
}

function readSpan(scanner: JsonScanner, span: JsonSpan): JsonValue {
  return span.depth === 0 ? parseJson(scanner.source(span)) : textOf(scanner, span);
}

/** As `valueOf`, with an array of strings parsed, as keys and partitions are. */
function stringsOf(scanner: JsonScanner, span: JsonSpan): JsonValue {
  if (span.depth !== 1) return readSpan(scanner, span);
  const text = scanner.source(span); // in which NaN is no string yet
  const items = text.length > largeText ? firstItems(text, Number.POSITIVE_INFINITY)?.items : [];
  return items?.every((item) => item.startsWith('"')) ? parseJson(text) : textOf(scanner, span);
}

function textOf(scanner: JsonScanner, span: JsonSpan): JsonValue {
  const text = scanner.text(span);
  // A name that was repeated may have had a deeper value than the one that is left.
  const isDeep = span.depth > maxJsonDepth;
  const { depth, filled } = isDeep ? new JsonScanner(text, { maxDepth: maxEventDepth }).value() : span;
  const json: JsonText = { [jsonText]: text, depth, filled };
  return json as unknown as JsonValue; // nobody takes it for one of those who do not ask isJsonText
}
