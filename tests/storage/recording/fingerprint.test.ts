import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { textValue } from "../../../core/events/json-text.ts";
import {
  checkEvaluation,
  float,
  formatEvent,
  type JsonValue,
  type MetadataValue,
  materialization,
  observation,
  parseEvent,
  parseJson,
  type RunlessEvent,
  stringifyJson,
} from "../../../core/index.ts";
import { fingerprint } from "../../../storage/recording/fingerprint.ts";
import { arbitraryEvent } from "../../../storage/testing/arbitrary-events.ts";

const json = (text: string) => fingerprint(materialization("a", { metadata: { value: [parseJson(text)] } }));

describe("fingerprints", () => {
  test("never change, since databases hold them", () => {
    const options = { partition: "p", description: "d", dataVersion: "v", timestamp: 1, tags: { t: "x" } };
    const metadata = { n: 1, f: float(1), text: "é", json: { b: [1, null], a: parseJson("1.50") } };
    const texts: readonly (readonly [RunlessEvent, string])[] = [
      [materialization("a"), '["ASSET_MATERIALIZATION",["a"],null,null]{}'],
      [
        observation(["a", "b"], { ...options, metadata }),
        '["ASSET_OBSERVATION",["a","b"],"p",1]{"description":"d","tags":{"dagster/data_version":"v",' +
          '"dagster/data_version_is_user_provided":"true","t":"x"},"metadata":{"f":{"type":"float","raw_value":1.0},' +
          '"json":{"type":"json","raw_value":{"a":1.50,"b":[1,null]}},"n":{"type":"int","raw_value":1},' +
          '"text":{"type":"text","raw_value":"é"}}}',
      ],
      [
        checkEvaluation("a", { checkName: "c", passed: true }),
        '["ASSET_CHECK_EVALUATION",["a"],null,null,"c",true,"ERROR"]{}',
      ],
    ];
    for (const [event, text] of texts) {
      expect(fingerprint(event)).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });

  test("an event and its copy by way of JSON have the same", () => {
    fc.assert(
      fc.property(arbitraryEvent, fc.nat(), (event, time) => {
        const recorded = { ...event, id: 1, timestamp: event.timestamp ?? time, receivedAt: time };
        const copy = { ...parseEvent(formatEvent(recorded)), timestamp: event.timestamp };
        expect(fingerprint(copy as RunlessEvent)).toBe(fingerprint(event)); // only its timestamp may be null again
      }),
    );
  });

  test("JSON that is kept as text has the one of what it says", () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        expect(fingerprint(asText(event))).toBe(fingerprint(event));
        expect(fingerprint(asText({ ...event, metadata: reverse(event.metadata) }))).toBe(fingerprint(event));
      }),
    );
    const names = ["b", "a", "10", "9", "é", "\uffff", "\u{1f600}", "__proto__", "", '"', "\n"];
    const value = Object.fromEntries(names.map((name, i) => [name, { b: i, a: names, [name]: float(1) }]));
    const event = materialization("a", { metadata: { value, list: [value, reverse(value)] } });
    expect(fingerprint(asText(event))).toBe(fingerprint(event));
    expect(
      fingerprint(asText({ ...event, metadata: { ...event.metadata, more: event.metadata.list as never } })),
    ).not.toBe(fingerprint(event));
  });

  test("the order of names does not matter, at any depth", () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        const { tags, metadata } = event;
        const turned = { ...event, tags: reverse(tags), metadata: reverse(metadata) };
        expect(fingerprint(turned)).toBe(fingerprint(event));
      }),
    );
    expect(json('{"a":[{"b":1,"c":2}],"d":3}')).toBe(json('{"d":3,"a":[{"c":2,"b":1}]}'));
    expect(json('{"__proto__":1,"a":2}')).toBe(json('{"a":2,"__proto__":1}'));
  });

  test("two events that are recorded differently have different ones", () => {
    fc.assert(
      fc.property(arbitraryEvent, arbitraryEvent, (a, b) => {
        fc.pre(canonical(a) !== canonical(b));
        expect(fingerprint(a)).not.toBe(fingerprint(b));
      }),
      { numRuns: 300 },
    );
  });

  test("the digits of numbers matter", () => {
    const numbers = ["1", "1.0", "1.00", "10", "1e0", "1E0", "-1", "-0.0", "0.0", "0", '"1"', "9007199254740993"];
    numbers.push("9007199254740992", "9007199254740992.0", "1180591620717411303424", "null", "true", "[]", "{}");
    expect(new Set(numbers.map(json)).size).toBe(numbers.length);
    const top = (value: JsonValue) => fingerprint(materialization("a", { metadata: { value } }));
    const values = [1, float(1), 0, float(-0), float(0), "1", true, null, [1], { value: 1 }, Number.NaN, "NaN"];
    expect(new Set(values.map(top)).size).toBe(values.length);
  });

  test("the order of items matters", () => {
    expect(json("[1,2]")).not.toBe(json("[2,1]"));
  });

  test("each field matters", () => {
    const event = checkEvaluation(["a", "b"], { checkName: "c", passed: true });
    const others: readonly RunlessEvent[] = [
      materialization(["a", "b"]),
      observation(["a", "b"]),
      { ...event, assetKey: ["a/b"] },
      { ...event, assetKey: ["a", "b", ""] },
      { ...event, checkName: "d" },
      { ...event, passed: false },
      { ...event, severity: "WARN" },
      { ...event, partition: "" },
      { ...event, partition: "null" },
      { ...event, description: "" },
      { ...event, timestamp: 0 },
      { ...event, tags: { a: "" } },
      { ...event, tags: { "dagster/data_version": "" } },
      { ...event, metadata: { a: { type: "text", rawValue: "" } } },
      { ...event, metadata: { a: { type: "url", rawValue: "" } } },
      { ...event, metadata: { a: { type: "json", rawValue: "" } } },
    ];
    expect(new Set([event, ...others].map(fingerprint)).size).toBe(others.length + 1);
  });
});

/** The event with its JSON as text, the names in the order in which they came. */
function asText(event: RunlessEvent): RunlessEvent {
  const metadata = Object.entries(event.metadata).map(([name, value]): [string, MetadataValue] => {
    const isJson = value.type === "json" || value.type === "table";
    return [name, isJson ? textValue(value.type, stringifyJson(value.rawValue)) : value];
  });
  return { ...event, metadata: Object.fromEntries(metadata) };
}

function reverse<Value>(object: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(object).reverse());
}

/** What is recorded, with the names of tags and metadata in one order. */
function canonical(event: RunlessEvent): string {
  const sorted = <Value>(object: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { timestamp, tags, metadata } = event;
  const text = formatEvent({
    ...event,
    id: 1,
    receivedAt: 0,
    timestamp: timestamp ?? 0,
    tags: sorted(tags),
    metadata: sorted(metadata),
  });
  return `${timestamp === null}${text}`;
}
