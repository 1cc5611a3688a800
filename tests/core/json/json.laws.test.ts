import { expect, test } from "bun:test";
import fc from "fast-check";
import { JsonSyntaxError, maxJsonDepth, parseJson, stringifyJson } from "../../../core/index.ts";
import { readJson } from "../../../core/json/json-reader.ts";
import { always, anyText, jsonText, mutatedJsonText, numberToken, strictJsonText } from "../arbitraries.ts";

function reading(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSyntaxError);
    return { error: String(error) };
  }
}

test("the fast path reads what the faithful reader reads, and refuses what it refuses", () => {
  always(
    fc.property(fc.oneof(jsonText, mutatedJsonText, anyText), fc.boolean(), (text, controlCharacters) => {
      const faithful = reading(() => readJson(text.toWellFormed(), controlCharacters, maxJsonDepth));
      expect(reading(() => parseJson(text, { controlCharacters }))).toEqual(faithful);
    }),
  );
});

test("any number comes out with the digits that went in", () => {
  always(
    fc.property(numberToken, (token) => {
      for (const text of [token, `[${token}]`, `{"a":${token}}`]) expect(stringifyJson(parseJson(text))).toBe(text);
    }),
  );
});

test("what is written after reading is read again as the same value", () => {
  always(
    fc.property(strictJsonText, (text) => {
      const value = parseJson(text);
      expect(parseJson(stringifyJson(value))).toEqual(value);
    }),
  );
});

test("JSON.parse agrees about everything but the numbers", () => {
  always(
    fc.property(strictJsonText, (text) => {
      expect(JSON.parse(stringifyJson(parseJson(text)))).toEqual(wellFormed(JSON.parse(text)));
    }),
  );
});

test("every string JSON.stringify writes is read back, its lone surrogates replaced", () => {
  always(
    fc.property(anyText, (text) => {
      expect(parseJson(JSON.stringify(text))).toBe(text.toWellFormed());
      expect(parseJson(`[1.0,${JSON.stringify(text)}]`)).toHaveProperty("1", text.toWellFormed());
    }),
  );
});

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
}
