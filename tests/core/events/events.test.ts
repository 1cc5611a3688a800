import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  checkEvaluation,
  checkEvent,
  dataVersionOf,
  type EventOptions,
  InvalidEventError,
  materialization,
  observation,
  type RunlessEvent,
} from "../../../core/index.ts";
import { always, anyText } from "../arbitraries.ts";

test("an event with nothing but a key leaves all else open", () => {
  const open = { assetKey: ["a"], partition: null, timestamp: null, description: null, tags: {}, metadata: {} };
  expect(materialization("a")).toEqual({ type: "ASSET_MATERIALIZATION", ...open });
  expect(observation("a")).toEqual({ type: "ASSET_OBSERVATION", ...open });
  expect(checkEvaluation("a", { checkName: "fresh", passed: true })).toEqual({
    type: "ASSET_CHECK_EVALUATION",
    ...open,
    checkName: "fresh",
    passed: true,
    severity: "ERROR",
  });
});

test("null is as good as absent", () => {
  const nothing = {
    partition: null,
    timestamp: null,
    description: null,
    dataVersion: null,
    tags: null,
    metadata: null,
  };
  expect(materialization("a", nothing)).toEqual(materialization("a"));
  const check = { checkName: "fresh", passed: true };
  expect(checkEvaluation("a", { ...check, ...nothing, severity: null })).toEqual(checkEvaluation("a", check));
});

describe("asset key", () => {
  test("a string is split on slashes, an array taken as it is", () => {
    expect(materialization("s3/orders").assetKey).toEqual(["s3", "orders"]);
    expect(materialization(["s3/orders"]).assetKey).toEqual(["s3/orders"]);
  });

  test.each<[string | string[]]>([[""], ["/"], [[]], [["", ""]]])("%j names nothing, and is refused", (key) => {
    expect(() => materialization(key)).toThrow(/^Param "asset_key" has no part that is not empty\. Got /);
  });
});

describe("data version", () => {
  test("stands in the tags that Dagster keeps it in, beside the others", () => {
    const event = materialization("a", { dataVersion: "v1", tags: { team: "x" } });
    expect(event.tags).toEqual({
      team: "x",
      "dagster/data_version": "v1",
      "dagster/data_version_is_user_provided": "true",
    });
    expect(dataVersionOf(event)).toBe("v1");
  });

  test("may be empty, which is not absent", () => {
    expect(dataVersionOf(materialization("a", { dataVersion: "" }))).toBe("");
    expect(dataVersionOf(materialization("a"))).toBeNull();
  });
});

describe("timestamp", () => {
  test.each([
    ["a Date", new Date(5), 5],
    ["milliseconds", 5, 5],
    ["a fraction of a millisecond, cut", 5.9, 5],
    ["a time before 1970, cut towards the past", -5.1, -6],
    ["the last time there is", 8.64e15, 8.64e15],
  ])("may be %s", (_, timestamp, expected) => {
    expect(materialization("a", { timestamp }).timestamp).toBe(expected);
  });

  test.each([Number.NaN, Infinity, 8.64e15 + 1, -8.7e15, new Date(Number.NaN)])("%p is no time", (timestamp) => {
    expect(() => materialization("a", { timestamp })).toThrow(InvalidEventError);
  });
});

test.each<[parameter: string, options: { [Option in keyof EventOptions]: unknown }, message: string]>([
  ["partition", { partition: 5 }, 'Param "partition" is not a str. Got 5 which is type int.'],
  ["description", { description: ["a"] }, 'Param "description" is not a str. Got ["a"] which is type list.'],
  ["data_version", { dataVersion: {} }, 'Param "data_version" is not a str. Got {} which is type dict.'],
  ["timestamp", { timestamp: "now" }, 'Param "timestamp" is not a Date or a number. Got "now" which is type str.'],
  ["tags", { tags: { a: 1 } }, 'Param "tags" is not a dict of str. Got {"a":1} which is type dict.'],
  ["metadata", { metadata: ["a"] }, 'Param "metadata" is not a dict. Got ["a"] which is type list.'],
  ["partition", { partition: Symbol("a") }, 'Param "partition" is not a str. Got Symbol(a) which is type symbol.'],
  ["partition", { partition: 5n }, 'Param "partition" is not a str. Got 5 which is type bigint.'],
])("a wrong %s is refused by name", (parameter, options, message) => {
  const report = () => materialization("a", options as EventOptions); // as JavaScript may call
  expect(report).toThrow(
    expect.objectContaining({ name: "InvalidEventError", code: "invalid_event", parameter, message }),
  );
});

test.each([
  ["check_name", { checkName: null, passed: true }, "is not a str"],
  ["passed", { checkName: "fresh", passed: "true" }, "is not a bool"],
  ["severity", { checkName: "fresh", passed: true, severity: "warn" }, "is not WARN or ERROR"],
])("a wrong %s of a check is refused by name: %j", (parameter, options, problem) => {
  const report = () => checkEvaluation("a", options as Parameters<typeof checkEvaluation>[1]); // as JavaScript may call
  expect(report).toThrow(`Param "${parameter}" ${problem}. Got `);
});

test("a message shows the beginning of what came, however long", () => {
  const report = () => materialization("a", { metadata: "x".repeat(1000) as unknown as null }); // as JavaScript may call
  expect(report).toThrow(`Got "${"x".repeat(99)}… which is type str.`);
});

test("__proto__ is a tag and a metadata name like any other", () => {
  const named = <Value>(value: Value) => Object.fromEntries([["__proto__", value]]);
  const event = materialization("a", { tags: named("t"), metadata: named(1), dataVersion: "v" });
  expect(Object.entries(event.tags)).toContainEqual(["__proto__", "t"]);
  expect(Object.entries(event.metadata)).toEqual([["__proto__", { type: "int", rawValue: 1 }]]);
});

test("every string of an event is well-formed, whatever came", () => {
  always(
    fc.property(anyText, (text) => {
      const event = checkEvaluation(["a", text], {
        checkName: text,
        passed: true,
        partition: text,
        description: text,
        dataVersion: text,
        tags: { [text]: text },
        metadata: { [text]: [text, { [text]: text }] },
      });
      const clean = text.toWellFormed();
      expect(event).toEqual(
        checkEvaluation(["a", clean], {
          checkName: clean,
          passed: true,
          partition: clean,
          description: clean,
          dataVersion: clean,
          tags: { [clean]: clean },
          metadata: { [clean]: [clean, { [clean]: clean }] },
        }),
      );
    }),
  );
});

test("what is no event, or has options that are none, is refused as any wrong event is", () => {
  expect(() => checkEvent(null as unknown as RunlessEvent)).toThrow(InvalidEventError);
  expect(() => materialization("orders", null as unknown as EventOptions)).toThrow(InvalidEventError);
});
