import { maxEventDepth, parseJson, stringifyJson } from "../json/json.ts";
import { type JsonValue, numberText } from "../json/json-value.ts";
import type { JsonMetadataValue, JsonType, MetadataValue } from "./metadata-value.ts";

/** A text longer than this is scanned: its objects and arrays stay text. */
export const largeText = 65_536;

export interface KeptJson {
  readonly text: string;
  /** The nesting depth, if it is known: 1 for `[]` and `[1]`. */
  readonly depth: number | undefined;
}
const kept: unique symbol = Symbol.for("runless.kept-json");

/**
 * A JSON value that stays text until its `rawValue` is read. The text is as `stringifyJson` writes it. A property that
 * copies leave out holds it, so that a changed copy never has an outdated text.
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

/** The text of a value that `textValue` made; undefined for a parsed value. */
export function keptJson(value: MetadataValue): KeptJson | undefined {
  return (value as { readonly [kept]?: KeptJson })[kept]; // the type does not show this property
}

/**
 * The value as `raw_value` on the wire. It costs nothing if the value is kept as text. An int beyond 2^53 is a string,
 * and so is a float that JSON can't write. A whole float keeps its point.
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
