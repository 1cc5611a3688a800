import { readJson } from "./json-reader.ts";

/**
 * The digits of a JSON number that a JavaScript number can't hold as they were written: `1.0` (a float, where `1` is
 * an int), `2.50`, `1e3`, `9223372036854775808`. The symbol key can't clash with any JSON object's.
 */
export interface NumberText {
  readonly [numberText]: string;
}
export const numberText: unique symbol = Symbol.for("runless.number");

/** A number read faithfully: a plain one is an int where it has no fraction, a float where it has one. */
export type JsonNumber = number | NumberText;

/** What `parseJson` returns: JSON, with NaN and ±Infinity as Python callers send them, and every digit kept. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Deeper JSON is refused: recursive walks overflow the stack, and SQLite's own JSON reader stops at 1,000. */
export const maxJsonDepth = 500;
/** What we write is deeper: an event holds its metadata values three levels down, a page of events two more. */
export const maxEventDepth = maxJsonDepth + 5;

/** Why a text is not JSON. `position` counts UTF-16 units from 0; the message names line and column as Python's does. */
export class JsonSyntaxError extends SyntaxError {
  override readonly name = "JsonSyntaxError";
  readonly position: number;
  constructor(problem: string, text: string, position: number) {
    const before = text.slice(0, position);
    const line = before.split("\n").length;
    const column = position - before.lastIndexOf("\n");
    super(`${problem}: line ${line} column ${column} (char ${position})`);
    this.position = position;
  }
}

// Finds every number that JSON.parse would change: 16 or more digits, a fraction that ends in 0 or starts with six, an
// exponent, -0. It may also hit inside a string, which costs time and nothing else.
const needsReader = /(?:^|[\s:,[])-?(?:\d[\d.]{15}|\d+\.\d*0(?!\d)|0\.0{6}|\d[\d.]*[eE]|(?<=-)0(?![.\d]))/;
const surrogateEscape = /\\u[dD][89a-fA-F]/;

export interface JsonOptions {
  readonly controlCharacters?: boolean;
  readonly maxDepth?: number;
}

/**
 * Reads JSON without losing what `JSON.parse` loses. Strings and names come out well-formed (a lone surrogate becomes
 * U+FFFD). `controlCharacters` admits raw control characters in strings, as Dagster does in query parameters.
 * Throws JsonSyntaxError.
 */
export function parseJson(text: string, options: JsonOptions = {}): JsonValue {
  const { controlCharacters = false, maxDepth = maxJsonDepth } = options;
  const source = text.toWellFormed();
  if (!needsReader.test(source) && !surrogateEscape.test(source) && !mayBeTooDeep(source, maxDepth)) {
    try {
      return JSON.parse(source);
    } catch {
      // The reader decides: the text may hold NaN, and engines differ in what they say of a mistake.
    }
  }
  return readJson(source, controlCharacters, maxDepth);
}

/** As `parseJson` with control characters admitted; undefined where the text is no JSON. */
export function safelyParseJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text, { controlCharacters: true });
  } catch {
    return undefined;
  }
}

/** Counts brackets, strings included: never wrong about a text that is shallow, and cheap beside parsing. */
function mayBeTooDeep(text: string, maxDepth: number): boolean {
  if (text.length < 2 * maxDepth) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) i = endOfString(text, i);
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** Writes JSON with the digits that were read. NaN and ±Infinity become strings, since JSON has no word for them. */
export function stringifyJson(value: JsonValue): string {
  if (typeof value === "number") {
    return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(stringifyJson).join(",")}]`;
  if (isNumberText(value)) return value[numberText];
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${stringifyJson(member)}`);
  return `{${members.join(",")}}`;
}

export function isNumberText(value: unknown): value is NumberText {
  return typeof value === "object" && value !== null && numberText in value;
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === "number" || isNumberText(value);
}

/** Python's rule, which Dagster records by: a number written with a point or an exponent is a float. */
export function isIntNumber(value: JsonNumber): boolean {
  return typeof value === "number" ? Number.isInteger(value) : !/[.eE]/.test(value[numberText]);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isArray(value) && !isNumberText(value);
}

// Array.isArray does not narrow readonly arrays out of a union.
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The number that a JSON number token says, as plain as it can be without a change of its digits. */
export function jsonNumber(token: string): JsonNumber {
  const plain = Number(token);
  const exact = String(plain) === token && (!Number.isInteger(plain) || Number.isSafeInteger(plain));
  return exact ? plain : { [numberText]: token };
}

/** A float even where the value is whole: `float(1)` is recorded as 1.0. */
export function float(value: number): JsonNumber {
  return Number.isInteger(value) ? { [numberText]: Object.is(value, -0) ? "-0.0" : floatText(value) } : value;
}

function floatText(value: number): string {
  const text = String(value);
  return text.includes("e") ? text : `${text}.0`;
}

/** An int of any size: `int(2n ** 70n)`. Throws RangeError for a number with a fraction. */
export function int(value: number | bigint): JsonNumber {
  return jsonNumber(BigInt(value).toString());
}
