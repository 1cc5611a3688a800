import { expect, test } from "bun:test";
import fc from "fast-check";
import { describe } from "../../core/describe.ts";
import { type JsonValue, stringifyJson } from "../../core/index.ts";
import { type JsonText, jsonText } from "../../core/json/json-value.ts";
import { always, anyText, jsonValue } from "./arbitraries.ts";

const cut = (text: string) => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

test("a value is shown as JSON, its first 100 characters", () => {
  const value = fc.oneof(
    jsonValue,
    fc.array(jsonValue, { maxLength: 60 }),
    fc.tuple(anyText, fc.integer({ min: 90, max: 110 })).map(([text, length]) => text.padEnd(length, "é")),
    fc.dictionary(fc.string({ maxLength: 120 }), jsonValue),
  );
  always(
    fc.property(value, (json: JsonValue) => {
      const [shown = ""] = / which is type \w+$/.exec(describe(json)) ?? [];
      expect(describe(json).slice(0, -shown.length)).toBe(cut(stringifyJson(json)));
    }),
  );
});

test("text that stands for JSON is shown as what it says", () => {
  const text = (json: string) => ({ [jsonText]: json, depth: 1, filled: 1 }) satisfies JsonText;
  expect(describe(text("[1,2]"))).toBe("[1,2] which is type list");
  expect(describe(text('{"a":1}'))).toBe('{"a":1} which is type dict');
  expect(describe(text(`[${"1,".repeat(99)}1]`))).toBe(`${cut(`[${"1,".repeat(99)}1]`)} which is type list`);
});

test("what is not shown is not looked at", () => {
  const trap = (value: readonly JsonValue[]) =>
    new Proxy(value, {
      get(items, name) {
        if (Number(name) > 100) throw new Error(`Item ${String(name)} was looked at.`);
        return Reflect.get(items, name);
      },
    });
  const million = trap(new Array(1_000_000).fill(1));
  expect(describe(million)).toBe(`${cut(`[${"1,".repeat(100)}`)} which is type list`);
  expect(describe({ a: [[million]] })).toEndWith("… which is type dict");
});

test("what is no JSON is shown too", () => {
  const circular: unknown[] = [];
  circular.push(circular);
  for (const value of [circular, { a: 1n }, Symbol("s"), 5n, () => 0])
    expect(describe(value)).toContain(" which is type ");
  expect(describe(undefined)).toBe("nothing");
});
