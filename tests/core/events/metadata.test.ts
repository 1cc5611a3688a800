import { describe, expect, test } from "bun:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { inferMetadataValue, readMetadataValue } from "../../../core/events/metadata.ts";
import type { MetadataValue } from "../../../core/events/metadata-value.ts";
import {
  checkEvaluation,
  checkEvent,
  float,
  InvalidEventError,
  int,
  type JsonValue,
  materialization,
  observation,
  parseJson,
} from "../../../core/index.ts";
import { always, jsonValue, metadata } from "../arbitraries.ts";

const inferred: [json: string, value: MetadataValue][] = [
  ['"a"', { type: "text", rawValue: "a" }],
  ['"https://a.b"', { type: "text", rawValue: "https://a.b" }],
  ["5", { type: "int", rawValue: 5 }],
  ["-0", { type: "int", rawValue: 0 }],
  ["9223372036854775808", { type: "int", rawValue: int(2n ** 63n) }],
  ["5.0", { type: "float", rawValue: 5 }],
  ["-0.0", { type: "float", rawValue: -0 }],
  ["1e3", { type: "float", rawValue: 1000 }],
  ["1e400", { type: "float", rawValue: Infinity }],
  ["0.1000000000000000055", { type: "float", rawValue: 0.1 }],
  ["NaN", { type: "float", rawValue: Number.NaN }],
  ["-Infinity", { type: "float", rawValue: -Infinity }],
  ["true", { type: "bool", rawValue: true }],
  ["null", { type: "null", rawValue: null }],
  ["[1, 2.0]", { type: "json", rawValue: [1, float(2)] }],
  ["{}", { type: "json", rawValue: {} }],
  ['{"type": "url", "raw_value": "x"}', { type: "json", rawValue: { type: "url", raw_value: "x" } }],
];

test.each(inferred)("%s gets the type that Dagster gives it", (json, value) => {
  expect(inferMetadataValue(parseJson(json))).toEqual(value);
});

test("an object that says a type is json where types are inferred, whatever it says", () => {
  const said = { type: "url", rawValue: "https://a.b" };
  expect(inferMetadataValue(said)).toEqual({ type: "json", rawValue: said });
  expect(readMetadataValue(said)).toEqual({ type: "url", rawValue: "https://a.b" });
});

const typed: [input: { type: string; rawValue: JsonValue }, rawValue: MetadataValue["rawValue"]][] = [
  [{ type: "path", rawValue: "/a" }, "/a"],
  [{ type: "int", rawValue: "9223372036854775808" }, int(2n ** 63n)],
  [{ type: "int", rawValue: "5" }, 5],
  [{ type: "float", rawValue: 5 }, 5],
  [{ type: "float", rawValue: "NaN" }, Number.NaN],
  [{ type: "timestamp", rawValue: 1.5 }, 1.5],
  [{ type: "asset", rawValue: "a/b" }, ["a", "b"]],
  [{ type: "asset", rawValue: ["a/b"] }, ["a/b"]],
  [{ type: "table", rawValue: [{ a: 1 }] }, [{ a: 1 }]],
  [{ type: "md", rawValue: "\ud800" }, "\ufffd"],
];

test.each(typed)("%j is what it says", (input, rawValue) => {
  expect(readMetadataValue(input)).toEqual({ type: input.type, rawValue } as MetadataValue); // the row says its type
});

test.each([
  [{ type: "int", rawValue: 1.5 }, "its value is not an int. Got 1.5 which is type float."],
  [{ type: "int", rawValue: "007" }, 'its value is not an int. Got "007" which is type str.'],
  [{ type: "url", rawValue: 5 }, "its value is not a str. Got 5 which is type int."],
  [{ type: "float", rawValue: "1.5" }, 'its value is not a float. Got "1.5" which is type str.'],
  [{ type: "bool", rawValue: 1 }, "its value is not a bool. Got 1 which is type int."],
  [{ type: "null", rawValue: false }, "its value is not null. Got false which is type bool."],
  [{ type: "asset", rawValue: [1] }, "its value is not an asset key. Got [1] which is type list."],
])("%j is refused, with what came instead", (input, problem) => {
  expect(() => readMetadataValue(input)).toThrow(problem);
});

test.each([
  { type: "bogus", rawValue: 1 },
  { type: "int", rawValue: 1, more: 2 },
  { type: "int", raw_value: 1 },
])("%j says no type that is known, so it is json as it stands", (value) => {
  expect(readMetadataValue(value)).toEqual({ type: "json", rawValue: value });
});

describe("values that come from a program", () => {
  const nested = (depth: number) => {
    let value: JsonValue = 1;
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };

  test("500 levels are kept, 501 refused", () => {
    expect(inferMetadataValue(nested(500)).type).toBe("json");
    expect(() => inferMetadataValue(nested(501))).toThrow("nested deeper than 500 levels");
  });

  test("a circle is refused", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => inferMetadataValue(circle)).toThrow("nested deeper than 500 levels");
  });

  test.each([[undefined], [5n], [() => 1], [Symbol("a")], [[undefined]]])(
    "%p is no JSON, and refused by name",
    (value) => {
      const input: Record<string, unknown> = { rows: value };
      const report = () => materialization("a", { metadata: input as Record<string, JsonValue> }); // as JavaScript may call
      expect(report).toThrow(InvalidEventError);
      expect(report).toThrow(/^Could not resolve the metadata value for "rows" to a known type: it is not JSON\. Got /);
    },
  );

  test("a Date is a timestamp, in seconds", () => {
    const event = materialization("a", { metadata: { at: new Date(1500) } });
    expect(event.metadata).toEqual({ at: { type: "timestamp", rawValue: 1.5 } });
    expect(checkEvent(event)).toEqual(event);
  });

  class Rows {
    count = 5;
  }
  const strange: [what: string, value: unknown][] = [
    ["a Map", new Map([["a", 1]])],
    ["a Set", new Set([1])],
    ["a Rows", new Rows()],
    ["a Uint8Array", new Uint8Array(2)],
    ["a RegExp", /a/],
    ["a Error", new Error("a")],
    ["a Promise", Promise.resolve(1)],
    ["a Number", Object(5)],
    ["a Object", Object.create({ a: 1 })],
    ["5n, which int() makes JSON,", 5n],
    ["nothing", undefined],
    ["() => 1 which is type function", () => 1],
    ["Symbol(a) which is type symbol", Symbol("a")],
  ];
  test.each(strange)("%s is refused with its path, in whatever way an event is made", (what, value) => {
    const input = { rows: [{ when: value }] } as unknown as Record<string, JsonValue>; // as JavaScript may call
    const problem = `it is not JSON. Got ${what} at metadata.rows.0.when.`;
    expect(() => observation("a", { metadata: input })).toThrow(problem);
    expect(() => checkEvaluation("a", { checkName: "c", passed: true, metadata: input })).toThrow(InvalidEventError);
    const typed = { rows: { type: "table", rawValue: input.rows } as MetadataValue };
    const byHand = { ...materialization("a"), metadata: typed };
    expect(() => checkEvent(byHand)).toThrow("at metadata.rows.rawValue.0.when.");
    expect(() => materialization("a", { metadata: { rows: value as JsonValue } })).toThrow("at metadata.rows.");
  });

  test("a Date that is no time, or stands inside JSON, is refused with its path", () => {
    expect(() => materialization("a", { metadata: { at: new Date(Number.NaN) } })).toThrow(
      "Got a Date at metadata.at.",
    );
    const rows = [{ at: new Date(0) }] as unknown as JsonValue; // as JavaScript may call
    expect(() => materialization("a", { metadata: { rows } })).toThrow("Got a Date at metadata.rows.0.at.");
  });

  test("metadata and tags that are no plain objects are refused", () => {
    const map = new Map([["a", "b"]]) as unknown as Record<string, string>; // as JavaScript may call
    expect(() => materialization("a", { metadata: map })).toThrow('Param "metadata" is not a dict.');
    expect(() => materialization("a", { tags: map })).toThrow('Param "tags" is not a dict of str.');
  });

  test("an object without a prototype, or from another realm, is plain", () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const foreign = runInNewContext("({ b: [2] })");
    const event = materialization("a", { metadata: { rows: { bare, foreign } } });
    expect(event.metadata.rows).toEqual({ type: "json", rawValue: { bare: { a: 1 }, foreign: { b: [2] } } });
  });

  test("they are copied: changing them later changes no event", () => {
    const list: JsonValue[] = [1];
    const event = materialization("a", { metadata: { list } });
    list.push(2);
    expect(event.metadata.list?.rawValue).toEqual([1]);
  });
});

test("a typed value is read as itself", () => {
  always(
    fc.property(metadata, (metadata) => {
      for (const value of Object.values(metadata)) expect(readMetadataValue(value)).toEqual(value);
    }),
  );
});

test("reading never changes the value of parsed JSON, but for -0 and the digits of a float", () => {
  always(
    fc.property(jsonValue, (value) => {
      const { type, rawValue } = inferMetadataValue(value);
      if (type !== "float" && type !== "int") expect(rawValue).toEqual(value);
    }),
  );
});
