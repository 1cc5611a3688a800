import {
  isArray,
  isJsonNumber,
  isNumberText,
  type JsonNumber,
  type JsonValue,
  numberText,
} from "../../core/json/json-value.ts";

/**
 * JSON as a text that is the same for values that mean the same: names in order, numbers by value (every digit of an
 * integer counts, `1.0` is 1). A text, since a matcher may overlook an own `__proto__`.
 */
export function canonical(value: JsonValue, indent = ""): string {
  if (isJsonNumber(value)) return canonicalNumber(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (isArray(value)) return `[${value.map((item) => `\n${deeper}${canonical(item, deeper)}`).join("")}\n${indent}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `\n${deeper}${JSON.stringify(name)}: ${canonical(member, deeper)}`);
  return `{${members.join("")}\n${indent}}`;
}

function canonicalNumber(value: JsonNumber): string {
  const text = isNumberText(value) ? value[numberText] : String(value);
  if (/^-?\d+$/.test(text)) return BigInt(text).toString();
  const number = Number(text);
  return Number.isInteger(number) ? BigInt(number).toString() : String(number);
}
