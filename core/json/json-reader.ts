import { JsonSyntaxError } from "./json-syntax-error.ts";
import { type JsonValue, jsonNumber } from "./json-value.ts";

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const whitespace = /[ \t\n\r]*/y;
const characters = /[ !#-[\]-\uffff]*/y;
const anyCharacters = /[^"\\]*/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
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
 * The exact reader behind `parseJson`. It accepts what Python's json module accepts (RFC 8259 with NaN and ±Infinity),
 * keeps the digits of every number, and reports mistakes in Python's words, which Dagster's callers know.
 */
// One long function: this parser is on hot paths, and its parts share the position in a closure.
export function readJson(text: string, controlCharacters: boolean, maxDepth: number): JsonValue {
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
      if (depth === maxDepth) fail(`Nested deeper than ${maxDepth} levels, which is the most`);
      return unit === "{" ? object(depth + 1) : array(depth + 1);
    }
    const word = take(literal);
    if (word !== undefined) return literals.get(word) ?? null;
    const digits = take(number);
    return digits === undefined ? fail("Expecting value") : jsonNumber(digits);
  }

  function string(): string {
    const start = at++;
    let escaped = false;
    for (;;) {
      take(controlCharacters ? anyCharacters : characters);
      const unit = text[at];
      if (unit === '"') break;
      const isLast = at + 1 === text.length;
      if (unit === undefined || (unit === "\\" && isLast)) fail("Unterminated string starting at", start);
      if (unit !== "\\") fail("Invalid control character at");
      escaped = true;
      if (take(escapeSequence) === undefined) {
        if (text[at + 1] === "u") fail("Invalid \\uXXXX escape", at + 1);
        fail("Invalid \\escape");
      }
    }
    at++;
    if (!escaped) return text.slice(start + 1, at - 1);
    const token = text.slice(start, at);
    const parsed: string = JSON.parse(controlCharacters ? escapeControlCharacters(token) : token);
    return parsed.toWellFormed();
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
    return Object.fromEntries(members); // `__proto__` is a name like any other here
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

  /** Steps over a comma or the closing bracket, and returns it. */
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
