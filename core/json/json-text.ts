import type { JsonMetadataValue, JsonType, MetadataValue } from "../events/metadata-value.ts";
import { maxEventDepth, parseJson, stringifyJson } from "./json.ts";
import { type JsonValue, numberText } from "./json-value.ts";

export { firstItems, firstMembers } from "./json-parts.ts";

/** A text above this length is scanned, and what it says in objects and arrays stays text. */
export const largeText = 65_536;

export interface KeptJson {
  readonly text: string;
  /** How deep it is nested, where that is known: 1 for `[]` and `[1]`. */
  readonly depth: number | undefined;
}
const kept: unique symbol = Symbol.for("runless.kept-json");

/**
 * A value of JSON that stays text until somebody reads its `rawValue`. The text is as `stringifyJson` writes it. It hangs
 * on a property that copies don't take along, so that a changed copy never says what it no longer is.
 */
export function textValue(type: JsonType, text: string, depth?: number): JsonMetadataValue {
  let parsed: JsonValue | undefined;
  const value: JsonMetadataValue = {
    type,
    get rawValue() {
      parsed ??= parseJson(text, { maxDepth: maxEventDepth });
      return parsed;
    },
  };
  return Object.defineProperty(value, kept, { value: { text, depth } satisfies KeptJson });
}

/** What `textValue` keeps; undefined for a value that is parsed. */
export function keptJson(value: MetadataValue): KeptJson | undefined {
  return (value as { readonly [kept]?: KeptJson })[kept]; // a property that the type keeps quiet about
}

/**
 * The value as `raw_value` on the wire, which costs nothing where it is kept as text. An int beyond 2^53 and a float that
 * JSON has no word for are strings; a whole float keeps its point.
 */
export function rawText(value: MetadataValue): string {
  const json = keptJson(value);
  if (json !== undefined) return json.text;
  if (value.type === "int") {
    return typeof value.rawValue === "number" ? String(value.rawValue) : `"${value.rawValue[numberText]}"`;
  }
  if (value.type === "float" || value.type === "timestamp") return formatFloat(value.rawValue);
  return stringifyJson(value.rawValue);
}

function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
