import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseDetails } from "../../../core/events/kept-details.ts";
import { formatChange, formatDetails, parseChange, readMetadata } from "../../../core/events/wire.ts";
import {
  checkEvaluation,
  float,
  formatEvent,
  freshnessStateChange,
  int,
  type JsonObject,
  type MetadataInput,
  materialization,
  maxJsonDepth,
  parseEvent,
  parseReportBody,
  parseReportRequest,
  type RunlessEvent,
} from "../../../core/index.ts";
import { always, recordedEvent } from "../arbitraries.ts";

const receivedAt = Date.UTC(2026, 10, 23, 3, 0, 0, 120);
const record = (event: RunlessEvent) => ({ ...event, id: 42, timestamp: event.timestamp ?? receivedAt, receivedAt });

test("an event is written as the design shows it", () => {
  const event = materialization(["s3", "orders"], {
    partition: "2026-11-23",
    timestamp: new Date("2026-11-23T03:00:00Z"),
    dataVersion: "v1",
    metadata: { rows: 5 },
  });
  expect(formatEvent(record(event))).toBe(
    `{"id":42,"type":"ASSET_MATERIALIZATION","asset_key":["s3","orders"],"partition":"2026-11-23",` +
      `"timestamp":"2026-11-23T03:00:00.000Z","received_at":"2026-11-23T03:00:00.120Z","description":null,` +
      `"data_version":"v1","tags":{"dagster/data_version":"v1","dagster/data_version_is_user_provided":"true"},` +
      `"metadata":{"rows":{"type":"int","raw_value":5}}}`,
  );
});

test("a check says its name, its result and its severity", () => {
  const wire = JSON.parse(formatEvent(record(checkEvaluation("a", { checkName: "no_nulls", passed: false }))));
  expect(wire).toMatchObject({
    type: "ASSET_CHECK_EVALUATION",
    check_name: "no_nulls",
    passed: false,
    severity: "ERROR",
  });
});

test("a change of freshness says the states, the reason and the times before its details", () => {
  const change = {
    state: "FAIL",
    previousState: "PASS",
    reason: "deadline",
    deadline: receivedAt,
    lastAt: null,
  } as const;
  const event = { ...freshnessStateChange(["a"], "p", change), id: 42, timestamp: receivedAt, receivedAt };
  const text = formatEvent(event);
  expect(text).toBe(
    `{"id":42,"type":"FRESHNESS_STATE_CHANGE","asset_key":["a"],"partition":"p",` +
      `"timestamp":"2026-11-23T03:00:00.120Z","received_at":"2026-11-23T03:00:00.120Z",` +
      `"freshness":{"state":"FAIL","previous_state":"PASS","reason":"deadline",` +
      `"deadline":"2026-11-23T03:00:00.120Z","last_at":null},` +
      `"description":null,"data_version":null,"tags":{},"metadata":{}}`,
  );
  expect(parseEvent(text)).toEqual(event);
  expect(parseEvent(text.replace('"deadline",', '"moved",'))).toMatchObject({ freshness: { reason: "moved" } });
});

test("a change of freshness survives in a store's details, with what stands beside it", () => {
  always(
    fc.property(recordedEvent, (event) => {
      if (event.type !== "FRESHNESS_STATE_CHANGE") return;
      const { freshness, description, tags, metadata } = event;
      expect(parseChange(formatChange(event))).toEqual({ freshness, description, tags, metadata });
    }),
  );
});

const written: [why: string, value: MetadataInput[string], json: string][] = [
  ["an int that JSON readers hold is a number", 2 ** 53 - 1, '{"type":"int","raw_value":9007199254740991}'],
  ["an int beyond that is a string", int(2n ** 70n), '{"type":"int","raw_value":"1180591620717411303424"}'],
  ["a whole float keeps its point", float(1), '{"type":"float","raw_value":1.0}'],
  ["a float has the shortest digits that say it", 0.1, '{"type":"float","raw_value":0.1}'],
  ["a float's minus zero is kept", float(-0), '{"type":"float","raw_value":-0.0}'],
  ["NaN is a string", Number.NaN, '{"type":"float","raw_value":"NaN"}'],
  ["infinity is a string", -Infinity, '{"type":"float","raw_value":"-Infinity"}'],
  ["a timestamp is a float", { type: "timestamp", rawValue: 5 }, '{"type":"timestamp","raw_value":5.0}'],
  [
    "nested numbers keep their digits",
    [float(1), int(2n ** 63n)],
    '{"type":"json","raw_value":[1.0,9223372036854775808]}',
  ],
  ["nested NaN is a string", [Number.NaN], '{"type":"json","raw_value":["NaN"]}'],
  ["an asset is its parts", { type: "asset", rawValue: ["a", "b"] }, '{"type":"asset","raw_value":["a","b"]}'],
];

test.each(written)("in an answer %s", (_, value, json) => {
  const answer = formatEvent(record(materialization("a", { metadata: { it: value } })));
  expect(answer).toEndWith(`"metadata":{"it":${json}}}`);
});

test("any event survives being written and read", () => {
  always(
    fc.property(recordedEvent, (event) => {
      expect(parseEvent(formatEvent(event))).toEqual(event);
    }),
  );
});

test("an answer is JSON to any reader", () => {
  always(
    fc.property(recordedEvent, (event) => {
      expect(JSON.parse(formatEvent(event))).toMatchObject({ id: event.id, asset_key: event.assetKey });
    }),
  );
});

test("the details of any event survive, and empty ones cost nothing", () => {
  always(
    fc.property(recordedEvent, ({ description, tags, metadata }) => {
      expect(parseDetails(formatDetails({ description, tags, metadata }))).toEqual({ description, tags, metadata });
    }),
  );
  expect(formatDetails({ description: null, tags: {}, metadata: {} })).toBe("{}");
});

test("metadata are written alike, whatever stands beside them", () => {
  const whole = { type: "float", rawValue: 1 } as const; // JSON.stringify would drop its point
  const written = '"last":{"type":"float","raw_value":1.0}';
  always(
    fc.property(recordedEvent, ({ description, tags, metadata: { last: _, ...metadata } }) => {
      const alone = formatDetails({ description, tags, metadata });
      const beside = formatDetails({ description, tags, metadata: { ...metadata, last: whole } });
      if (Object.keys(metadata).length > 0) expect(beside).toBe(`${alone.slice(0, -2)},${written}}}`);
      else expect(beside).toBe(`${alone.slice(0, -1)}${alone === "{}" ? "" : ","}"metadata":{${written}}}`);
    }),
  );
});

test("metadata as deep as a report may have is read back", () => {
  const deep = maxJsonDepth - 2;
  const body = parseReportBody(`{"metadata":{"deep":${"[".repeat(deep)}${"]".repeat(deep)}}}`);
  const event = record(parseReportRequest("/report_asset_materialization/a", [], body));
  expect(parseEvent(formatEvent(event))).toEqual(event);
  expect(parseDetails(formatDetails(event)).metadata).toEqual(event.metadata);
});

describe("metadata on the wire", () => {
  test("a value that says its type has it, any other is typed as Dagster would", () => {
    expect(readMetadata({ a: { type: "url", raw_value: "https://a.b" }, b: "https://a.b", c: float(1) })).toEqual({
      a: { type: "url", rawValue: "https://a.b" },
      b: { type: "text", rawValue: "https://a.b" },
      c: { type: "float", rawValue: 1 },
    });
  });

  test.each<JsonObject>([
    { raw_value: 5 },
    { type: "bogus", raw_value: 5 },
    { type: "int" },
    { type: "int", rawValue: 5 },
    { type: "int", raw_value: 5, rawValue: 6 },
    { type: "int", raw_value: 5, more: 1 },
  ])("%j says no type that is known, so it is json as it stands", (value) => {
    expect(readMetadata({ value })).toEqual({ value: { type: "json", rawValue: value } });
  });
});

const changed = {
  id: 1,
  type: "FRESHNESS_STATE_CHANGE",
  asset_key: ["a"],
  timestamp: "1970-01-01",
  received_at: "1970-01-01",
};
const fresh = { state: "PASS", previous_state: "FAIL", reason: "reported", deadline: null, last_at: null };

test.each([
  "",
  "{}",
  "[]",
  '{"id":1,"type":"ASSET_MATERIALIZATION"}',
  '{"type":"ASSET_WIPED"}',
  JSON.stringify(changed),
  JSON.stringify({ ...changed, freshness: { ...fresh, state: "LATE" } }),
  JSON.stringify({ ...changed, freshness: { ...fresh, deadline: 5 } }),
])("%p is no event, and refused", (text) => {
  expect(() => parseEvent(text)).toThrow();
});
