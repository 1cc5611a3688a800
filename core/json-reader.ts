import { JsonSyntaxError, type JsonValue, jsonNumber, maxJsonDepth } from "./json.ts";

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const whitespace = /[ \t\n\r]*/y;
const literal = /true|false|null|NaN|-?Infinity/y;
const literals = new Map<string, JsonValue>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/**
 * The faithful reader behind `parseJson`: what Python's json module accepts (RFC 8259 with NaN and ±Infinity), with the
 * digits of every number kept, and its words for what is wrong, which Dagster's callers already know.
 */
export function readJson(text: string, controlCharacters: boolean): JsonValue {
  let at = 0;

  function fail(problem: string, position = at): never {
    throw new JsonSyntaxError(problem, text, position);
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function value(depth: number): JsonValue {
    const unit = text[at];
    if (unit === '"') return string();
    if (unit === "{" || unit === "[") {
      if (depth === maxJsonDepth) fail(`Nested deeper than ${maxJsonDepth} levels`);
      return unit === "{" ? object(depth + 1) : array(depth + 1);
    }
    const word = take(literal);
    if (word !== undefined) return literals.get(word) ?? null;
    const digits = take(number);
    return digits === undefined ? fail("Expecting value") : jsonNumber(digits);
  }

  function string(): string {
    const start = at;
    for (at++; ; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 0x22) break;
      if (unit === 0x5c) at++;
      else if (Number.isNaN(unit)) fail("Unterminated string starting at", start);
      else if (unit < 0x20 && !controlCharacters) fail("Invalid control character at");
    }
    at++;
    const token = text.slice(start, at);
    const strict = controlCharacters ? escapeControlCharacters(token) : token;
    try {
      const parsed: string = JSON.parse(strict);
      return parsed.toWellFormed();
    } catch {
      const wrongEscape = /\\(?!["\\/bfnrt]|u[\da-fA-F]{4})/;
      // Only an escape can still be wrong; pairs are stepped over, so that the second backslash of `\\` starts none.
      const offset = token.replace(/\\["\\/bfnrt]/g, "  ").search(wrongEscape);
      return fail("Invalid \\escape", start + offset);
    }
  }

  function object(depth: number): JsonValue {
    const members: [string, JsonValue][] = [];
    at++;
    take(whitespace);
    if (text[at] === "}") at++;
    else {
      for (;;) {
        if (text[at] !== '"') fail("Expecting property name enclosed in double quotes");
        const name = string();
        take(whitespace);
        if (text[at] !== ":") fail("Expecting ':' delimiter");
        at++;
        take(whitespace);
        members.push([name, value(depth)]);
        if (next("}") === "}") break;
      }
    }
    return Object.fromEntries(members); // defines `__proto__` as a name like any other
  }

  function array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    at++;
    take(whitespace);
    if (text[at] === "]") at++;
    else {
      do items.push(value(depth));
      while (next("]") === ",");
    }
    return items;
  }

  /** Steps over a comma or the closing bracket, and says which it was. */
  function next(closing: "]" | "}"): string {
    take(whitespace);
    const comma = at;
    const found = text[at++];
    if (found !== closing && found !== ",") fail("Expecting ',' delimiter", comma);
    if (found === ",") {
      take(whitespace);
      if (text[at] === closing) {
        fail(`Illegal trailing comma before end of ${closing === "}" ? "object" : "array"}`, comma);
      }
    }
    return found;
  }

  take(whitespace);
  const result = value(0);
  take(whitespace);
  return at === text.length ? result : fail("Extra data");
}

function escapeControlCharacters(token: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return token.replace(/[\u0000-\u001f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
