import { readJson } from "./json-reader.ts";
import { isArray, isNumberText, type JsonValue, numberText } from "./json-value.ts";

/** Deeper JSON is refused: recursive walks overflow the stack, and SQLite's own JSON reader stops at 1,000. */
export const maxJsonDepth = 500;
/**
 * JSON that runless writes is deeper: an event holds its metadata values three levels down, a page of events two more.
 */
export const maxEventDepth = maxJsonDepth + 5;

// Finds every number that JSON.parse would change: 16 or more digits, a fraction that ends in 0 or starts with six, an
// exponent, -0. It may also match inside a string, which only costs time.
const needsReader = /(?:^|[\s:,[])-?(?:\d[\d.]{15}|\d+\.\d*0(?=[\s,\]}]|$)|0\.0{6}|\d[\d.]*[eE]|(?<=-)0(?![.\d]))/;
const surrogateEscape = /\\u[dD][89a-fA-F]/;

interface JsonOptions {
  readonly controlCharacters?: boolean;
  readonly maxDepth?: number;
}

/**
 * Reads JSON without losing what `JSON.parse` loses. Strings and names come out well-formed (a lone surrogate becomes
 * U+FFFD). `controlCharacters` admits raw control characters in strings, as Dagster does in query parameters.
 * Throws JsonSyntaxError.
 *
 * @example
 * const value = parseJson('{"ratio": 1.0, "id": 9223372036854775808}');
 * console.log(stringifyJson(value)); // {"ratio":1.0,"id":9223372036854775808}
 */
export function parseJson(text: string, options: JsonOptions = {}): JsonValue {
  const { controlCharacters = false, maxDepth = maxJsonDepth } = options;
  const source = text.toWellFormed();
  if (!needsReader.test(source) && !surrogateEscape.test(source) && !mayBeTooDeep(source, maxDepth)) {
    try {
      return JSON.parse(source);
    } catch {
      // The reader decides: the text may hold NaN, and engines describe mistakes in different words.
    }
  }
  return readJson(source, controlCharacters, maxDepth);
}

/** As `parseJson` with control characters admitted. Undefined if the text is not JSON. */
export function safelyParseJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text, { controlCharacters: true });
  } catch {
    return undefined;
  }
}

/** Counts the brackets outside strings. It never errs about shallow JSON, and is cheap compared with parsing. */
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

/**
 * Writes JSON with the digits that were read. NaN and ±Infinity become strings, since JSON can't write them.
 *
 * @example
 * console.log(stringifyJson({ loss: Number.NaN, ratio: float(1) })); // {"loss":"NaN","ratio":1.0}
 */
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
