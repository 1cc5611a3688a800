import * as v from "valibot";
import { describe, got } from "./describe.ts";
import { maxJsonDepth } from "./json.ts";
import {
  isArray,
  isIntNumber,
  isJsonNumber,
  isJsonObject,
  isNumberText,
  type JsonNumber,
  type JsonObject,
  type JsonValue,
  jsonNumber,
  numberText,
} from "./json-value.ts";
import type { MetadataValue } from "./metadata-value.ts";

/** What a constructor takes: a plain value, typed as Dagster would, or a `MetadataValue` that says its own type. */
export interface MetadataInput {
  readonly [name: string]: MetadataValue | JsonValue;
}

/** The type that Dagster infers for a plain value. Objects and arrays are json, whatever they look like. */
export function inferMetadataValue(value: unknown): MetadataValue {
  const json = cleanJson(value, 0);
  if (json === null) return { type: "null", rawValue: null };
  if (typeof json === "string") return { type: "text", rawValue: json };
  if (typeof json === "boolean") return { type: "bool", rawValue: json };
  if (!isJsonNumber(json)) return { type: "json", rawValue: json };
  if (isIntNumber(json)) return { type: "int", rawValue: plainInt(json) };
  return { type: "float", rawValue: isNumberText(json) ? Number(json[numberText]) : json };
}

/** As `inferMetadataValue`, but an object `{type, rawValue}` with one of the types above says its own. */
export function readMetadataValue(value: unknown): MetadataValue {
  if (!isTyped(value)) return inferMetadataValue(value);
  const rawValue: unknown = v.parse(rawValues[value.type], value.rawValue);
  return { type: value.type, rawValue } as MetadataValue; // the schema that is named after the type
}

/** True for `{type, rawValue}` with one of the types above, whether or not its value fits. */
export function isTyped(value: unknown): value is { readonly type: MetadataType; readonly rawValue: unknown } {
  if (typeof value !== "object" || value === null || !("type" in value) || !("rawValue" in value)) return false;
  return Object.keys(value).length === 2 && typeof value.type === "string" && Object.hasOwn(rawValues, value.type);
}

type MetadataType = MetadataValue["type"];

const json = v.pipe(
  v.custom(() => true),
  v.transform((value) => cleanJson(value, 0)),
);
const text = v.pipe(
  v.string(got("its value is not a str")),
  v.transform((value) => value.toWellFormed()),
);
const intValue = v.pipe(
  v.custom<JsonValue>((value) => intOf(value) !== undefined, got("its value is not an int")),
  v.transform((value) => intOf(value) ?? 0),
);
const floatValue = v.pipe(
  v.custom<JsonValue>((value) => floatOf(value) !== undefined, got("its value is not a float")),
  v.transform((value) => floatOf(value) ?? 0),
);
const assetValue = v.pipe(
  v.custom<string | readonly string[]>(
    (value) => [value].flat().every((part) => typeof part === "string"),
    got("its value is not an asset key"),
  ),
  v.transform((key) => (typeof key === "string" ? key.split("/") : key).map((part) => part.toWellFormed())),
);

// The types of Dagster Pipes.
const rawValues: Readonly<Record<MetadataType, v.GenericSchema<unknown, MetadataValue["rawValue"]>>> = {
  text,
  url: text,
  path: text,
  notebook: text,
  md: text,
  dagster_run: text,
  int: intValue,
  float: floatValue,
  bool: v.boolean(got("its value is not a bool")),
  null: v.custom<null>((value) => value === null, got("its value is not null")),
  asset: assetValue,
  timestamp: floatValue,
  json,
  table: json,
  table_schema: json,
  table_column_lineage: json,
};

// Ints beyond 2^53 and floats that JSON has no word for travel as strings.
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

/** A copy of JSON that came from a program, not a text: well-formed strings, no deeper than parsed JSON could be. */
function cleanJson(value: unknown, depth: number): JsonValue {
  if (depth > maxJsonDepth) throw new RangeError(`it is nested deeper than ${maxJsonDepth} levels.`);
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return value.toWellFormed();
  if (isNumberText(value)) return value;
  const json = value as JsonValue; // a guess that the branches below check
  if (isArray(json)) return json.map((item) => cleanJson(item, depth + 1));
  if (isJsonObject(json)) return mapValues(json, (member) => cleanJson(member, depth + 1));
  throw new TypeError(`it is not JSON. Got ${describe(value)}.`);
}

function mapValues(object: JsonObject, change: (value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toWellFormed(), change(value)]));
}
