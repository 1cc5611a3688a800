import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type EventReport, parseEventInput } from "../../../core/events/event-input.ts";
import { isReported } from "../../../core/events/events.ts";
import {
  checkEvaluation,
  formatEvent,
  freshnessStateChange,
  InvalidEventError,
  type JsonObject,
  type JsonValue,
  materialization,
  observation,
  parseJson,
} from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { always, recordedEvent } from "../arbitraries.ts";

const now = Date.UTC(2026, 10, 23);
const base = { type: "ASSET_MATERIALIZATION", asset_key: ["a"] };
const parse = (fields: JsonObject) => parseEventInput({ ...base, ...fields }, { now });
const events = (fields: JsonObject) => parse(fields).map(({ event }) => event);

function refusal(input: JsonValue): readonly [parameter: string, message: string] {
  try {
    parseEventInput(input, { now });
  } catch (error) {
    if (error instanceof InvalidEventError) return [error.parameter, error.message];
    throw error;
  }
  throw new Error("it was not refused");
}

describe("an event of the native API", () => {
  test("is a materialization, an observation or a check, as the constructors make them", () => {
    expect(events({ partition: "p", data_version: "v1", tags: { team: "x" } })).toEqual([
      materialization("a", { partition: "p", dataVersion: "v1", tags: { team: "x" } }),
    ]);
    expect(events({ type: "ASSET_OBSERVATION", timestamp: 1.5 })).toEqual([observation("a", { timestamp: 1500 })]);
    const check = { type: "ASSET_CHECK_EVALUATION", check_name: "fresh", passed: false, description: "late" };
    expect(events({ ...check, severity: "WARN" })).toEqual([
      checkEvaluation("a", { checkName: "fresh", passed: false, severity: "WARN", description: "late" }),
    ]);
    expect(events(check)).toMatchObject([{ severity: "ERROR" }]);
  });

  test.each([
    [
      ["s3", "a/b"],
      ["s3", "a/b"],
    ],
    ["s3/orders", ["s3", "orders"]],
    ['["s3","a/b"]', ["s3", "a/b"]],
  ])("has its key as an array or as text: %j", (key, expected) => {
    expect(events({ asset_key: key })).toMatchObject([{ assetKey: expected }]);
  });

  test("has metadata that say their type, and plain ones", () => {
    const metadata = { page: { type: "url", raw_value: "https://a" }, whole: { type: "nothing", raw_value: 1 }, n: 5 };
    expect(events({ metadata })).toMatchObject([
      {
        metadata: {
          page: { type: "url", rawValue: "https://a" },
          whole: { type: "json", rawValue: { type: "nothing", raw_value: 1 } },
          n: { type: "int", rawValue: 5 },
        },
      },
    ]);
  });

  test.each([
    ["2026-11-23T02:00:00+02:00", now],
    [1_795_392_000, now],
    ["1795392000.0009", now],
    [{ digits: "1.795392e9" }, now],
    [null, null],
  ])("may say when it happened: %p", (given, timestamp) => {
    const value = typeof given === "object" && given !== null ? parseJson(given.digits) : given;
    expect(events({ timestamp: value })).toMatchObject([{ timestamp }]);
  });

  test("may be 24 hours ahead of the clock, and not more", () => {
    expect(events({ timestamp: "2026-11-24T00:00:00Z" })).toHaveLength(1);
    const [parameter, message] = refusal({ ...base, timestamp: "2026-11-24T00:00:00.001Z" });
    expect(parameter).toBe("timestamp");
    expect(message).toBe(
      "The field timestamp must be at most 24 hours ahead of the clock. Got 2026-11-24T00:00:00.001Z, and it is 2026-11-23T00:00:00.000Z.",
    );
  });

  test("that a log has recorded already may be 24 hours ahead of the clock of that log, and not more", () => {
    const recorded = { ...base, id: 7, received_at: "2027-11-23T00:00:00.000Z" };
    expect(events({ ...recorded, timestamp: "2027-11-24T00:00:00Z" })).toHaveLength(1);
    expect(refusal({ ...recorded, timestamp: "2027-11-24T00:00:00.001Z" })[0]).toBe("timestamp");
    // One that is older than this clock allows what the clock allows.
    const old = { ...recorded, received_at: "2020-01-01T00:00:00.000Z" };
    expect(events({ ...old, timestamp: "2026-11-24T00:00:00Z" })).toHaveLength(1);
    expect(refusal({ ...old, timestamp: "2026-11-24T00:00:00.001Z" })[0]).toBe("timestamp");
  });

  test.each([
    { received_at: "2027-11-23T00:00:00.000Z" },
    { id: 7 },
    { id: "7", received_at: "2027-11-23T00:00:00.000Z" },
    { id: 7, received_at: "next year" },
    { id: 7, received_at: 1_826_928_000 },
    { id: null, received_at: null },
  ])("that is none of a log's is judged by this clock: %p", (said) => {
    expect(events({ ...said, timestamp: "2026-11-24T00:00:00Z" })).toHaveLength(1);
    expect(refusal({ ...base, ...said, timestamp: "2026-11-24T00:00:00.001Z" })[0]).toBe("timestamp");
  });

  test("is one event for each of its partitions, with a key of its own for each", () => {
    const reports = parse({ partitions: ["a", "b"], idempotency_key: "k" });
    expect(reports.map(({ event }) => event.partition)).toEqual(["a", "b"]);
    expect(reports.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['["k","a"]', '["k","b"]']);
    const [alone] = parse({ partitions: ["b"], idempotency_key: "k" });
    expect(alone).toEqual(reports[1] as EventReport); // there are two of them
  });

  test("has the key that it was sent with, and none without", () => {
    expect(parse({ partition: "a", idempotency_key: "k" })).toMatchObject([{ idempotencyKey: "k" }]);
    expect(parse({})).toMatchObject([{ idempotencyKey: undefined }]);
  });

  test("may leave fields open with null", () => {
    const open = ["partition", "partitions", "timestamp", "description", "data_version", "tags", "metadata"];
    const more = ["idempotency_key", "check_name", "passed", "severity"];
    expect(events(Object.fromEntries([...open, ...more].map((name) => [name, null])))).toEqual([materialization("a")]);
  });

  test.each<[JsonValue, string, string]>([
    [5, "", "An event is a JSON object. Got 5 which is type int."],
    [{ ...base, colour: "red" }, "colour", 'An event has no field "colour". Those there are: type,'],
    [{ ...base, constructor: 1 }, "constructor", 'An event has no field "constructor".'],
    [parseJson('{"type":"ASSET_OBSERVATION","asset_key":"a","__proto__":1}'), "__proto__", "An event has no field"],
    [{ asset_key: "a" }, "type", "The field type must be ASSET_MATERIALIZATION, ASSET_OBSERVATION or"],
    [{ ...base, type: "ASSET_WIPED" }, "type", "The field type must be"],
    [{ type: base.type }, "asset_key", "The field asset_key must be parts joined by / or an array of strings"],
    [{ ...base, asset_key: [1] }, "asset_key", "The field asset_key must be"],
    [{ ...base, asset_key: "//" }, "asset_key", 'Param "asset_key" has no part that is not empty.'],
    [{ ...base, partition: 5 }, "partition", "The field partition must be a string. Got 5 which is type int."],
    [{ ...base, partitions: [] }, "partitions", "The field partitions must be an array of strings, at least one"],
    [{ ...base, partitions: ["a", "a"] }, "partitions", "The field partitions must be"],
    [{ ...base, partitions: ["a"], partition: "b" }, "partitions", "An event has the field partition or"],
    [{ ...base, timestamp: "2026-11-23T00:00:00" }, "timestamp", "The field timestamp must be a time: RFC 3339, as"],
    [{ ...base, timestamp: 1e300 }, "timestamp", "The field timestamp must be a time"],
    [{ ...base, description: 1 }, "description", "The field description must be a string."],
    [{ ...base, data_version: {} }, "data_version", "The field data_version must be a string, a number or a boolean."],
    [{ ...base, tags: { a: 1 } }, "tags", "The field tags must be an object of strings."],
    [{ ...base, tags: ["a"] }, "tags", "The field tags must be an object of strings."],
    [{ ...base, metadata: [] }, "metadata", "The field metadata must be an object. Got [] which is type list."],
    [{ ...base, metadata: { n: { type: "int", raw_value: "x" } } }, "metadata", "Could not resolve the metadata value"],
    [
      { ...base, passed: true },
      "passed",
      "The field passed must be true or false, and only for ASSET_CHECK_EVALUATION.",
    ],
    [{ ...base, idempotency_key: "" }, "idempotency_key", "The field idempotency_key must be a string of 1 to 1024"],
    [{ ...base, idempotency_key: "k".repeat(1025) }, "idempotency_key", "The field idempotency_key must be"],
    [
      { ...base, idempotency_key: "k".repeat(1020), partitions: ["a"] },
      "idempotency_key",
      "The field idempotency_key must have at most 1024 characters together with each of partitions",
    ],
    [
      { ...base, data_version: "v2", tags: { "dagster/data_version": "v1" } },
      "data_version",
      "The field data_version must be what the tag dagster/data_version says",
    ],
    [
      { ...base, type: "ASSET_CHECK_EVALUATION", check_name: "c" },
      "passed",
      "The field passed must be true or false, and only for ASSET_CHECK_EVALUATION. Got nothing.",
    ],
    [
      { ...base, type: "ASSET_CHECK_EVALUATION", check_name: "c", passed: true, severity: "FATAL" },
      "severity",
      "The field severity must be WARN or ERROR",
    ],
  ])("is refused with the field, what was expected and what came: %j", (input, parameter, message) => {
    const [named, sentence] = refusal(input);
    expect(named).toBe(parameter);
    expect(sentence).toStartWith(message);
  });

  test("says what can be reported, where it is a change of freshness from an export", () => {
    const change = { state: "FAIL", previousState: "PASS", reason: "window", deadline: 1, lastAt: null } as const;
    const event = { ...freshnessStateChange(["a"], null, change), id: 1, timestamp: 1, receivedAt: 1 };
    expect(refusal(parseJson(formatEvent(event)))).toEqual([
      "type",
      "The field type must be ASSET_MATERIALIZATION, ASSET_OBSERVATION or ASSET_CHECK_EVALUATION. " +
        'Got "FRESHNESS_STATE_CHANGE" which is type str.',
    ]);
  });

  test("that an export wrote is the event that was recorded", () => {
    always(
      fc.property(recordedEvent.filter(isReported), (event) => {
        const json = parseJson(formatEvent(event), { maxDepth: maxEventDepth });
        const [report] = parseEventInput(json, { now: 8.64e15 });
        const { id, receivedAt } = event;
        const read = { ...report?.event, id, receivedAt } as typeof event; // an event of the same type, checked below
        expect(formatEvent(read)).toBe(formatEvent(event));
      }),
    );
  });

  test("is refused with InvalidEventError, whatever JSON comes", () => {
    const value = fc.jsonValue() as fc.Arbitrary<JsonValue>; // plain JSON, a part of JsonValue
    const name = fc.constantFrom("type", "asset_key", "timestamp", "partitions", "tags", "metadata", "passed", "id");
    always(
      fc.property(fc.oneof(value, fc.dictionary(name, value)), (input) => {
        const withType = typeof input === "object" && input !== null ? { ...base, ...input } : input;
        try {
          parseEventInput(withType, { now });
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidEventError);
        }
      }),
    );
  });
});

test.each([1e11, 1_764_481_800_000, -1e11, "1764481800000", "1.7644818e12"].map((value) => [value]))(
  "the timestamp %p is told to be milliseconds",
  (timestamp) => {
    const text = `{"type":"ASSET_OBSERVATION","asset_key":"a","timestamp":${JSON.stringify(timestamp)}}`;
    const problem =
      timestamp === "1.7644818e12"
        ? "must be a time: RFC 3339, as 2026-11-30T05:50:00Z"
        : "this looks like milliseconds; send seconds or an ISO time";
    expect(() => parseEventInput(parseJson(text), { now: 9e15 })).toThrow(problem);
  },
);

test.each([99_999_999_999, "99999999999.9", "+010000-01-01T00:00:00Z", "9999-12-31 23:59:60Z"].map((value) => [value]))(
  "the timestamp %p is a time",
  (timestamp) => {
    const input = { type: "ASSET_OBSERVATION", asset_key: "a", timestamp };
    expect(parseEventInput(input, { now: 9e15 })[0]?.event.timestamp).toBeGreaterThan(9e13);
  },
);
