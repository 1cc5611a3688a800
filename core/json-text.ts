import { maxEventDepth, parseJson, stringifyJson } from "./json.ts";
import { type JsonValue, jsonText, numberText } from "./json-value.ts";
import type { JsonMetadataValue, JsonType, MetadataValue } from "./metadata-value.ts";

export { firstItems, firstMembers } from "./json-parts.ts";

/**
 * A value of JSON that stays text until somebody reads its `rawValue`. The text is as `stringifyJson` writes it. It hangs
 * on a property that copies don't take along, so that a changed copy never says what it no longer is.
 */
export function textValue(type: JsonType, text: string): JsonMetadataValue {
  let parsed: JsonValue | undefined;
  const value: JsonMetadataValue = {
    type,
    get rawValue() {
      parsed ??= parseJson(text, { maxDepth: maxEventDepth });
      return parsed;
    },
  };
  return Object.defineProperty(value, jsonText, { value: text });
}

/** The text that `textValue` keeps; undefined for a value that is parsed. */
export function keptText(value: MetadataValue): string | undefined {
  return (value as { readonly [jsonText]?: string })[jsonText]; // a property that the type keeps quiet about
}

/**
 * The value as `raw_value` on the wire, which costs nothing where it is kept as text. An int beyond 2^53 and a float that
 * JSON has no word for are strings; a whole float keeps its point.
 */
export function rawText(value: MetadataValue): string {
  const kept = keptText(value);
  if (kept !== undefined) return kept;
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
