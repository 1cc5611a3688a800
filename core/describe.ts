import { startOfJson } from "./json.ts";
import { isArray, isIntNumber, isJsonNumber, isJsonText, type JsonValue, jsonText } from "./json-value.ts";

const longest = 100;

/** What came, for an error message: `5 which is type int`. The type names are Python's, as Dagster's messages say them. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = value as JsonValue; // only shown, and every branch below bears any value
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

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (isArray(value) || (isJsonText(value) && value[jsonText].startsWith("["))) return "list";
  if (isJsonNumber(value)) return isIntNumber(value) ? "int" : "float";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" ? "dict" : typeof value;
}
