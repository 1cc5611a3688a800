import { describe, expect, test } from "bun:test";
import { rawText, textValue } from "../../../core/events/json-text.ts";
import { formatDetails } from "../../../core/events/wire.ts";
import { float, int, materialization, parseJson } from "../../../core/index.ts";

describe("a value that stays text", () => {
  const text = '{"rows":[1.0,9223372036854775808,{"__proto__":null}]}';

  test("is parsed when it is read, once", () => {
    const value = textValue("table", text);
    expect(value.type).toBe("table");
    expect(value.rawValue).toEqual(parseJson(text));
    expect(value.rawValue).toBe(value.rawValue);
  });

  test("looks like any other to those who know nothing of it", () => {
    const value = textValue("json", text);
    const plain = { type: "json" as const, rawValue: parseJson(text) };
    expect(value).toEqual(plain);
    expect({ ...value }).toEqual(plain);
    expect(Object.keys(value)).toEqual(["type", "rawValue"]);
    expect(JSON.stringify(value)).toBe(JSON.stringify(plain));
    expect(structuredClone(textValue("json", '{"a":[1]}'))).toEqual({ type: "json", rawValue: { a: [1] } });
  });

  test("is written as it is, without a look at it", () => {
    const value = textValue("json", "[not even JSON]");
    expect(rawText(value)).toBe("[not even JSON]");
    const event = { ...materialization("a"), metadata: { value } };
    expect(formatDetails(event)).toBe('{"metadata":{"value":{"type":"json","raw_value":[not even JSON]}}}');
  });

  test("loses its text in a copy, which may say something else", () => {
    const copy = { ...textValue("json", text), rawValue: [1] };
    expect(rawText(copy)).toBe("[1]");
  });
});

test("every value has the text that answers say", () => {
  expect(rawText({ type: "int", rawValue: int(2n ** 70n) })).toBe('"1180591620717411303424"');
  expect(rawText({ type: "float", rawValue: 1 })).toBe("1.0");
  expect(rawText({ type: "float", rawValue: Number.NaN })).toBe('"NaN"');
  expect(rawText({ type: "json", rawValue: [float(1), Number.NaN] })).toBe('[1.0,"NaN"]');
  expect(rawText({ type: "text", rawValue: "é\n" })).toBe('"é\\n"');
});
