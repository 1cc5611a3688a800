import { maxEventDepth, maxJsonDepth, parseJson } from "../json/json.ts";
import { firstItems } from "../json/json-parts.ts";
import { JsonScanner, type JsonSpan } from "../json/json-scanner.ts";
import { type JsonText, type JsonValue, jsonText, setMember } from "../json/json-value.ts";
import { largeText } from "./json-text.ts";
import { isTyped } from "./metadata.ts";

/** How many of each part there may be. A body with more is refused before any part is read. */
export interface PartLimits {
  readonly events: number;
  readonly tags: number;
  readonly metadata: number;
  readonly partitions: number;
  /** Throws the error that says that there are too many. */
  refuse(part: "events" | "tags" | "metadata" | "partitions", count: number): never;
}

/**
 * A report's body, scanned. Its metadata hold JsonText instead of objects and arrays, and so does every field that
 * takes no such value. Of unknown fields only some names are kept. Throws JsonSyntaxError, and what `PartLimits.refuse`
 * throws.
 */
export function scanReport(text: string, limits: PartLimits): JsonValue {
  const input = new ScannedInput(new JsonScanner(text, { maxDepth: maxJsonDepth }), limits);
  const body = input.fields((name) => {
    if (name === "metadata") return input.members(name, () => input.value());
    if (name === "asset_key") return input.strings();
    if (isReportField(name)) return input.value();
    input.scanner.value();
    return null;
  }, isReportField);
  input.scanner.end();
  return input.checked(body)();
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
const isReportField = (name: string) => reportFields.has(name);

export interface ScannedEvents {
  readonly isArray: boolean;
  /** Each gives one event, or throws what `PartLimits.refuse` throws. */
  readonly inputs: readonly (() => JsonValue)[];
}

/**
 * The body of `POST /api/v1/events`, scanned: one event or an array of them. Their metadata hold JsonText instead of
 * objects and arrays, as plain values or as `raw_value`. Throws JsonSyntaxError.
 */
export function scanEvents(text: string, limits: PartLimits): ScannedEvents {
  const scanner = new JsonScanner(text, { maxDepth: maxEventDepth });
  const isArray = scanner.next === "[";
  const inputs: (() => JsonValue)[] = [];
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

/** As `scanEvents`, for one event. An array is not one. */
export function scanOneEvent(text: string, limits: PartLimits): JsonValue {
  const scanner = new JsonScanner(text, { maxDepth: maxEventDepth });
  const input = scanEvent(scanner, limits);
  scanner.end();
  return input();
}

function scanEvent(scanner: JsonScanner, limits: PartLimits): () => JsonValue {
  const input = new ScannedInput(scanner, limits);
  return input.checked(
    input.fields((name) => {
      if (name === "metadata") return input.members(name, () => input.entry());
      if (name === "tags") return input.members(name, () => input.value());
      if (name === "partitions") return input.partitions();
      return name === "asset_key" ? input.strings() : input.value();
    }),
  );
}

/** An event or a report has fewer fields than this. Further names only appear in messages. */
const mostFields = 100;

/** Reads the parts of one report or event, in the order of the text. */
class ScannedInput {
  readonly scanner: JsonScanner;
  readonly #limits: PartLimits;
  #refuse: (() => never) | undefined;

  constructor(scanner: JsonScanner, limits: PartLimits) {
    this.scanner = scanner;
    this.#limits = limits;
  }

  /**
   * Gives the value, or refuses one with too many parts. It is called later, because the rest of the text may be no
   * JSON, or another event.
   */
  checked(value: JsonValue): () => JsonValue {
    return this.#refuse ?? (() => value);
  }

  /** An object's fields, each as `read` reads it. */
  fields(read: (name: string) => JsonValue, isKnown: (name: string) => boolean = () => false): JsonValue {
    if (this.scanner.next !== "{") return this.value();
    const fields: { [name: string]: JsonValue } = {};
    let others = 0;
    this.scanner.object((name) => {
      const value = read(name);
      if (isKnown(name) || Object.hasOwn(fields, name) || others++ < mostFields) setMember(fields, name, value);
    }, false);
    return fields;
  }

  /** The members of an object, if there are not too many. */
  members(part: "tags" | "metadata", read: () => JsonValue): JsonValue {
    if (this.scanner.next !== "{") return this.value();
    const members: { [name: string]: JsonValue } = {};
    let count = 0;
    let all = 0;
    this.scanner.object((name) => {
      all++;
      if (count > this.#limits[part]) {
        this.scanner.value();
        return;
      }
      if (!Object.hasOwn(members, name)) count++;
      setMember(members, name, read());
    }, false);
    if (count > this.#limits[part]) this.#refuse ??= () => this.#limits.refuse(part, all);
    return members;
  }

  /** A metadata value of an event, which may give its own type. */
  entry(): JsonValue {
    const { scanner } = this;
    if (scanner.next !== "{") return this.value();
    const members = new Map<string, JsonSpan>();
    const entry = scanner.object((name) => {
      const span = scanner.value();
      if (members.size <= 2) members.set(name, span);
    });
    const [typeSpan, rawSpan] = [members.get("type"), members.get("raw_value")];
    if (members.size !== 2 || typeSpan === undefined || rawSpan === undefined) return this.#text(entry);
    const type = this.#read(typeSpan);
    if (typeof type !== "string" || !isTyped({ type, rawValue: null })) return this.#text(entry);
    return { type, raw_value: type === "asset" ? this.#strings(rawSpan) : this.#read(rawSpan) };
  }

  value(): JsonValue {
    return this.#read(this.scanner.value());
  }

  /** As `value`, with an array of strings parsed. */
  strings(): JsonValue {
    return this.#strings(this.scanner.value());
  }

  partitions(): JsonValue {
    const span = this.scanner.value();
    const count = span.depth === 1 ? (firstItems(this.scanner.source(span), 0)?.total ?? 0) : 0;
    if (count <= this.#limits.partitions) return this.#strings(span);
    this.#refuse ??= () => this.#limits.refuse("partitions", count);
    return null;
  }

  #read(span: JsonSpan): JsonValue {
    return span.depth === 0 ? readScalar(this.scanner.source(span)) : this.#text(span);
  }

  #strings(span: JsonSpan): JsonValue {
    if (span.depth !== 1) return this.#read(span);
    const text = this.scanner.source(span); // NaN is not a string there yet
    const items = text.length > largeText ? firstItems(text, Number.POSITIVE_INFINITY)?.items : [];
    return items?.every((item) => item.startsWith('"')) ? parseJson(text) : this.#text(span);
  }

  #text(span: JsonSpan): JsonValue {
    const text = this.scanner.text(span);
    // A name that was repeated may have had a deeper value than its last one, which is kept.
    const isDeep = span.depth > maxJsonDepth;
    const { depth, filled } = isDeep ? new JsonScanner(text, { maxDepth: maxEventDepth }).value() : span;
    const json: JsonText = { [jsonText]: text, depth, filled };
    return json as unknown as JsonValue; // only code that asks isJsonText reads it
  }
}

const shortInt = /^(?:0|-?[1-9]\d{0,14})$/;

/** As `parseJson`, in a fraction of the time for most. */
function readScalar(token: string): JsonValue {
  if (token.startsWith('"')) return token.includes("\\") ? parseJson(token) : token.slice(1, -1);
  return shortInt.test(token) ? Number(token) : parseJson(token);
}
