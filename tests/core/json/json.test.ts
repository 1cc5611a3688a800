import { describe, expect, test } from "bun:test";
import {
  float,
  int,
  JsonSyntaxError,
  type JsonValue,
  maxJsonDepth,
  parseJson,
  stringifyJson,
} from "../../../core/index.ts";
import { isIntNumber, isJsonNumber } from "../../../core/json/json-value.ts";

function number(token: string): { text: string; kind: "int" | "float" } {
  const value = parseJson(token);
  if (!isJsonNumber(value)) throw new Error(`${token} is no number`);
  return { text: stringifyJson(value), kind: isIntNumber(value) ? "int" : "float" };
}

describe("numbers", () => {
  test.each(["0", "-1", "9007199254740991", "9007199254740993", "-1180591620717411303424", "1".repeat(400)])(
    "%s is an int of these digits",
    (token) => expect(number(token)).toEqual({ text: token, kind: "int" }),
  );

  test.each(["1.0", "1.50", "-0.0", "0.1", "1e3", "1E+5", "0.1000000000000000055", "0.0000001", "1e400"])(
    "%s is a float of these digits",
    (token) => expect(number(token)).toEqual({ text: token, kind: "float" }),
  );

  test("one that JavaScript holds as it is written is a plain number", () => {
    expect(parseJson("[0, 5, -3, 1.5, 9007199254740991]")).toEqual([0, 5, -3, 1.5, 9007199254740991]);
  });

  test("NaN and the infinities are read as Python writes them, and written as strings", () => {
    expect(parseJson("[NaN, Infinity, -Infinity]")).toEqual([Number.NaN, Infinity, -Infinity]);
    expect(stringifyJson([Number.NaN, Infinity, -Infinity])).toBe('["NaN","Infinity","-Infinity"]');
  });

  test.each<[JsonValue, string]>([
    [float(1), "1.0"],
    [float(-0), "-0.0"],
    [float(1.5), "1.5"],
    [float(1e300), "1e+300"],
    [int(5), "5"],
    [int(2n ** 70n), "1180591620717411303424"],
    [int(-(2n ** 53n)), "-9007199254740992"],
  ])("float and int say which kind a number is", (value, text) => {
    expect(stringifyJson(value)).toBe(text);
    expect(parseJson(text)).toEqual(value);
  });

  test("an int with a fraction is refused", () => expect(() => int(1.5)).toThrow(RangeError));
});

describe("strings and names", () => {
  test.each([
    ["a lone surrogate becomes U+FFFD", '"\\ud83d"', "\ufffd"],
    ["a raw lone surrogate too", '"\ud83d"', "\ufffd"],
    ["a pair stays", '"\\ud83d\\ude00"', "\u{1f600}"],
    ["a NUL stays", '"a\\u0000b"', "a\0b"],
    ["all escapes are known", '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\\/\b\f\n\r\té'],
  ])("%s", (_, text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(parseJson(`[1.0, ${text}]`)).toEqual([float(1), value]);
  });

  test("__proto__ and constructor are names like any other", () => {
    const text = '{"__proto__":{"a":1.0},"constructor":null}';
    const value = parseJson(text);
    expect(Object.keys(value ?? {})).toEqual(["__proto__", "constructor"]);
    expect(stringifyJson(value)).toBe(text);
  });

  test("of a repeated name the last value counts", () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(parseJson('{"a":1.0,"a":2}')).toEqual({ a: 2 });
  });

  test("raw control characters are refused unless asked for", () => {
    const text = '{"a\t": "b\n\0", "c": 1.0}';
    expect(() => parseJson(text)).toThrow("Invalid control character at: line 1 column 4 (char 3)");
    expect(parseJson(text, { controlCharacters: true })).toEqual({ "a\t": "b\n\0", c: float(1) });
  });

  test("a backslash before a raw control character is an invalid escape, asked for or not", () => {
    for (const controlCharacters of [false, true]) {
      const read = () => parseJson('"\\\n"', { controlCharacters });
      expect(read).toThrow("Invalid \\escape: line 1 column 2 (char 1)");
    }
  });
});

describe("depth", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  test("500 levels are read, 501 refused", () => {
    expect(stringifyJson(parseJson(nested(maxJsonDepth)))).toBe(nested(500));
    expect(() => parseJson(nested(501))).toThrow(
      "Nested deeper than 500 levels, which is the most: line 1 column 501 (char 500)",
    );
  });

  test("two million levels are refused as well", () => {
    expect(() => parseJson(nested(2_000_000))).toThrow(JsonSyntaxError);
  });

  test("an escaped quote hides no bracket that comes after it", () => {
    expect(() => parseJson(`["\\"",${nested(500)}]`)).toThrow("Nested deeper than 500 levels");
  });

  test("brackets side by side or inside strings do not count", () => {
    const wide = JSON.stringify(Array.from({ length: 600 }, () => [{}]));
    const quoted = JSON.stringify([`\\"${"[".repeat(2000)}`]);
    for (const text of [wide, quoted]) expect(stringifyJson(parseJson(text))).toBe(text);
  });
});

// The words and places are those of Python's json, recorded; only the trailing commas are those of Python 3.13.
const mistakes: [text: string, message: string][] = [
  ["", "Expecting value: line 1 column 1 (char 0)"],
  [" \n ", "Expecting value: line 2 column 2 (char 3)"],
  ["nul", "Expecting value: line 1 column 1 (char 0)"],
  ["'a'", "Expecting value: line 1 column 1 (char 0)"],
  ["-", "Expecting value: line 1 column 1 (char 0)"],
  ["01", "Extra data: line 1 column 2 (char 1)"],
  ["1.", "Extra data: line 1 column 2 (char 1)"],
  ["{} {}", "Extra data: line 1 column 4 (char 3)"],
  ["[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"],
  ["[1", "Expecting ',' delimiter: line 1 column 3 (char 2)"],
  ["[", "Expecting value: line 1 column 2 (char 1)"],
  ["{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
  ["{a: 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
  ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
  ['{\n "a": 1\n "b": 2}', "Expecting ',' delimiter: line 3 column 2 (char 11)"],
  ['{"a": }', "Expecting value: line 1 column 7 (char 6)"],
  ["[1,\n]", "Illegal trailing comma before end of array: line 1 column 3 (char 2)"],
  ['{"a": 1 ,}', "Illegal trailing comma before end of object: line 1 column 9 (char 8)"],
  ['["abc', "Unterminated string starting at: line 1 column 2 (char 1)"],
  ['"a\\', "Unterminated string starting at: line 1 column 1 (char 0)"],
  ['"a\nb"', "Invalid control character at: line 1 column 3 (char 2)"],
  ['"\\\\\\x"', "Invalid \\escape: line 1 column 4 (char 3)"],
  ['"\\x\n', "Invalid \\escape: line 1 column 2 (char 1)"],
  ['"\\u12g4"', "Invalid \\uXXXX escape: line 1 column 3 (char 2)"],
];

test.each(mistakes)("%p is refused with Python's words and place", (text, message) => {
  const position = Number(/\(char (\d+)\)/.exec(message)?.[1]);
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ name: "JsonSyntaxError", message, position }));
});
