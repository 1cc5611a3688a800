import { stringifyJson } from "./json/json.ts";
import {
  isArray,
  isIntNumber,
  isJsonNumber,
  isJsonText,
  isNumberText,
  type JsonValue,
  jsonText,
  numberText,
} from "./json/json-value.ts";

const longest = 100;

/** A value as error messages show it: `5 which is type int`. The type names are Python's, as in Dagster's messages. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = value as JsonValue; // only shown, and every branch below takes any value
  const text = ["bigint", "function", "symbol"].includes(typeof value) ? String(value) : showJson(json);
  return `${text.length > longest ? `${text.slice(0, longest)}…` : text} which is type ${typeName(json)}`;
}

function showJson(value: JsonValue): string {
  try {
    return startOfJson(value, longest);
  } catch {
    return String(value); // no JSON
  }
}

/**
 * What `stringifyJson` writes. If that is longer than `most`, only its start, a little longer than `most`: a large
 * value costs no more.
 */
function startOfJson(value: JsonValue, most: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, most));
  if (isNumberText(value)) return value[numberText].slice(0, most + 1);
  if (isJsonText(value)) return value[jsonText].slice(0, most + 1);
  if (typeof value !== "object" || value === null) return stringifyJson(value);
  const isList = isArray(value);
  const members = isList ? value : Object.entries(value);
  let parts = "";
  for (let i = 0; i < members.length && parts.length <= most; i++) {
    if (i > 0) parts += ",";
    const left = Math.max(0, most - parts.length);
    if (isList)
      parts += startOfJson(value[i] as JsonValue, left); // within its length
    else {
      const [name, member] = members[i] as [string, JsonValue]; // as Object.entries gave it
      parts += `${JSON.stringify(name.slice(0, most))}:${startOfJson(member, left)}`;
    }
  }
  return isList ? `[${parts}]` : `{${parts}}`;
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (isArray(value) || (isJsonText(value) && value[jsonText].startsWith("["))) return "list";
  if (isJsonNumber(value)) return isIntNumber(value) ? "int" : "float";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" ? "dict" : typeof value;
}
