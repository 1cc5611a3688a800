import type { AssetKey } from "../asset-key.ts";
import { describe } from "../describe.ts";
import { maxJsonDepth } from "../json/json.ts";
import {
  isArray,
  isIntNumber,
  isJsonNumber,
  isJsonText,
  isNumberText,
  isPlainObject,
  type JsonNumber,
  type JsonObject,
  type JsonText,
  type JsonValue,
  jsonNumber,
  jsonText,
  numberText,
} from "../json/json-value.ts";
import { textValue } from "./json-text.ts";
import type { JsonType, MetadataValue } from "./metadata-value.ts";

/**
 * What a constructor takes: a plain value, which gets the type that Dagster gives it, a Date, which is a timestamp, or
 * a `MetadataValue` with a type of its own.
 */
export interface MetadataInput {
  readonly [name: string]: MetadataValue | JsonValue | Date;
}

/** A value, or one inside it, is not plain data. */
export class NotJsonError extends TypeError {
  /** The path from the value to the part that is wrong. */
  readonly path: (string | number)[] = [];
}

/**
 * The type that Dagster infers for a plain value. Objects and arrays are json, even if they look like a typed value.
 */
export function inferMetadataValue(value: unknown): MetadataValue {
  if (isJsonText(value)) return keptValue("json", value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return { type: "timestamp", rawValue: value.getTime() / 1000 };
  }
  const json = cleanJson(value, 0);
  if (json === null) return { type: "null", rawValue: null };
  if (typeof json === "string") return { type: "text", rawValue: json };
  if (typeof json === "boolean") return { type: "bool", rawValue: json };
  if (!isJsonNumber(json)) return { type: "json", rawValue: json };
  if (isIntNumber(json)) return { type: "int", rawValue: plainInt(json) };
  return { type: "float", rawValue: isNumberText(json) ? Number(json[numberText]) : json };
}

/** As `inferMetadataValue`, but an object `{type, rawValue}` with one of the types above has that type. */
export function readMetadataValue(value: unknown): MetadataValue {
  if (!isTyped(value)) return inferMetadataValue(value);
  const kind = kinds[value.type];
  if (kind === json && isJsonText(value.rawValue)) return keptValue(value.type as JsonType, value.rawValue); // one of json
  const rawValue = kind.read(value.rawValue);
  if (rawValue === undefined) throw new TypeError(`its value is not ${kind.name}. Got ${describe(value.rawValue)}.`);
  return { type: value.type, rawValue } as MetadataValue; // as the kind with the name of the type reads it
}

/** True for `{type, rawValue}` with one of the types above, even if the value does not fit. */
export function isTyped(value: unknown): value is { readonly type: MetadataType; readonly rawValue: unknown } {
  if (typeof value !== "object" || value === null || !("type" in value) || !("rawValue" in value)) return false;
  return Object.keys(value).length === 2 && typeof value.type === "string" && Object.hasOwn(kinds, value.type);
}

type MetadataType = MetadataValue["type"];

interface Kind {
  readonly name: string;
  /** Undefined if the value does not fit. */
  read(value: unknown): MetadataValue["rawValue"] | undefined;
}

const text: Kind = { name: "a str", read: (value) => (typeof value === "string" ? value.toWellFormed() : undefined) };
const float: Kind = { name: "a float", read: floatOf };
const json: Kind = { name: "JSON", read: (value) => cleanMember(value, 0, "rawValue") };

// The types of Dagster Pipes.
const kinds: Readonly<Record<MetadataType, Kind>> = {
  text,
  url: text,
  path: text,
  notebook: text,
  md: text,
  dagster_run: text,
  int: { name: "an int", read: intOf },
  float,
  bool: { name: "a bool", read: (value) => (typeof value === "boolean" ? value : undefined) },
  null: { name: "null", read: (value) => (value === null ? value : undefined) },
  asset: { name: "an asset key", read: keyOf },
  timestamp: float,
  json,
  table: json,
  table_schema: json,
  table_column_lineage: json,
};

function keyOf(value: unknown): AssetKey | undefined {
  const parts: readonly unknown[] = typeof value === "string" ? value.split("/") : [value].flat();
  if (!parts.every((part) => typeof part === "string")) return undefined;
  return parts.map((part) => part.toWellFormed());
}

// Ints beyond 2^53 travel as strings, and so do floats that JSON can't write.
function intOf(value: unknown): JsonNumber | undefined {
  if (typeof value === "string") return /^(0|-?[1-9]\d*)$/.test(value) ? jsonNumber(value) : undefined;
  return isJsonNumber(value) && isIntNumber(value) ? plainInt(value) : undefined;
}

function floatOf(value: unknown): number | undefined {
  if (typeof value === "string") return /^(NaN|-?Infinity)$/.test(value) ? Number(value) : undefined;
  if (!isJsonNumber(value)) return undefined;
  return isNumberText(value) ? Number(value[numberText]) : value;
}

// Python reads -0 as the int 0.
function plainInt(value: JsonNumber): JsonNumber {
  if (isNumberText(value)) return value[numberText] === "-0" ? 0 : value;
  return Number.isSafeInteger(value) ? value + 0 : jsonNumber(BigInt(value).toString());
}

function keptValue(type: JsonType, { [jsonText]: text, depth, filled }: JsonText): MetadataValue {
  if (filled > maxJsonDepth) throw tooDeep();
  return textValue(type, text, depth);
}

function tooDeep(): RangeError {
  return new RangeError(`it is nested deeper than ${maxJsonDepth} levels.`);
}

/** A copy of JSON that a program built: with well-formed strings, and no deeper than parsed JSON can be. */
function cleanJson(value: unknown, depth: number): JsonValue {
  if (depth > maxJsonDepth) throw tooDeep();
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return value.toWellFormed();
  if (isNumberText(value)) return value;
  const json = value as JsonValue; // a guess that the branches below check
  if (isArray(json)) return json.map((item, i) => cleanMember(item, depth + 1, i));
  if (isPlainObject(json) && !isJsonText(json))
    return mapValues(json as JsonObject, (member, name) => cleanMember(member, depth + 1, name));
  throw new NotJsonError(`it is not JSON. Got ${nameOf(value)}`);
}

function cleanMember(value: unknown, depth: number, name: string | number): JsonValue {
  try {
    return cleanJson(value, depth);
  } catch (error) {
    if (error instanceof NotJsonError) error.path.unshift(name);
    throw error;
  }
}

function nameOf(value: unknown): string {
  if (typeof value === "bigint") return `${value}n, which int() makes JSON,`;
  return typeof value === "object" ? `a ${value?.constructor?.name}` : describe(value);
}

function mapValues(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toWellFormed(), change(value, name)]));
}
