import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseEventInput } from "../../../core/events/event-input.ts";
import { keptJson, largeText } from "../../../core/events/json-text.ts";
import { type PartLimits, scanEvents, scanOneEvent, scanReport } from "../../../core/events/scanned-input.ts";
import { formatDetails } from "../../../core/events/wire.ts";
import {
  type JsonValue,
  parseJson,
  parseReportRequest,
  type RunlessEvent,
  stringifyJson,
} from "../../../core/index.ts";
import { always, anyText, jsonText, metadata, mutatedJsonText } from "../arbitraries.ts";

class TooMany extends Error {}
const limits: PartLimits = {
  events: 10,
  tags: 10,
  metadata: 10,
  partitions: 10,
  refuse: (part, count) => {
    throw new TooMany(`${count} ${part}`);
  },
};
const spaces = " ".repeat(largeText);

/** The event and its details as text, or what is wrong. */
function outcome(read: () => RunlessEvent | undefined): unknown {
  try {
    const event = read();
    return event && { ...event, metadata: undefined, details: formatDetails(event) };
  } catch (error) {
    return String(error);
  }
}

const report = (body: JsonValue, key = "") =>
  outcome(() => parseReportRequest(`/report_asset_materialization/${key}`, [], body));
const native = (input: JsonValue) => outcome(() => parseEventInput(input, { now: 0 })[0]?.event);

const field = fc.tuple(
  fc.constantFrom(
    "asset_key",
    "metadata",
    "partition",
    "description",
    "data_version",
    "tags",
    "passed",
    "type",
    "other",
  ),
  fc.oneof(
    jsonText,
    metadata.map((given) => formatDetails({ description: null, tags: {}, metadata: given })),
  ),
);
/** Bodies that are nearly right: fields of reports and events with values of all kinds. */
const body = fc.array(field, { maxLength: 5 }).map((fields) => {
  const members = fields.map(([name, value]) => `"${name}":${value}`);
  return `{${['"type":"ASSET_OBSERVATION"', '"asset_key":["a"]', ...members].join(",")}}`;
});
const entries = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "10", "9", "__proto__"), jsonText), { maxLength: 5 })
  .map(
    (members) => `{"type":"ASSET_OBSERVATION","asset_key":"a","metadata":{${members.map(([n, v]) => `"${n}":${v}`)}}}`,
  );

describe("a large text is read as a small one:", () => {
  test("a report's body", () => {
    always(
      fc.property(fc.oneof(body, entries, jsonText), (text) => {
        for (const key of ["", "a"])
          expect(report(scanReport(text, limits), key)).toEqual(report(parseJson(text), key));
      }),
    );
  });

  test("an event", () => {
    always(
      fc.property(fc.oneof(body, entries, jsonText), (text) => {
        const large = text.endsWith("}") ? `${text.slice(0, -1)}${spaces}}` : text;
        expect(native(scanOneEvent(large, limits))).toEqual(native(parseJson(text)));
        const [input, second, ...rest] = scanEvents(`[${large},${text}]`, limits).inputs;
        for (const one of [input, second]) expect(one && native(one())).toEqual(native(parseJson(text)));
        expect(rest).toEqual([]);
      }),
    );
  });

  test("what is no JSON, with the same words", () => {
    const thrown = (read: () => unknown): string => {
      try {
        read();
        return "";
      } catch (error) {
        return String(error);
      }
    };
    always(
      fc.property(fc.oneof(mutatedJsonText, anyText), (text) => {
        expect(thrown(() => scanReport(text, limits))).toBe(thrown(() => parseJson(text)));
        expect(thrown(() => scanOneEvent(text, limits))).toBe(thrown(() => parseJson(text)));
      }),
    );
  });
});

describe("in a large text", () => {
  const many = (count: number, value = "[]") => Array.from({ length: count }, (_, i) => `"n${i}":${value}`).join(",");

  test("JSON in metadata stays text, plain values are read", () => {
    const text = `{"metadata":{"list":[ 1.0 ],"n":1,"s":"\\u00e9","table":{"type":"table","raw_value":[{ }]}}}`;
    const event = parseReportRequest("/report_asset_materialization/a", [], scanReport(text, limits));
    const { list, n, s, table } = event.metadata;
    expect(list && keptJson(list)?.text).toBe("[1.0]");
    expect([n, s]).toEqual([
      { type: "int", rawValue: 1 },
      { type: "text", rawValue: "é" },
    ]);
    // As Dagster reads it on its own endpoints.
    expect(table && [table.type, keptJson(table)?.text]).toEqual(["json", '{"type":"table","raw_value":[{}]}']);
    const native = `{"type":"ASSET_OBSERVATION","asset_key":"a",${text.slice(1, -1)}${spaces}}`;
    const typed = parseEventInput(scanOneEvent(native, limits), { now: 0 })[0]?.event.metadata.table;
    expect(typed && [typed.type, keptJson(typed)]).toEqual(["table", { text: "[{}]", depth: 2 }]);
  });

  test("as many tags, metadata and partitions as there may be are read, one more is refused before any is", () => {
    const event = (fields: string) => () =>
      scanOneEvent(`{"type":"ASSET_OBSERVATION","asset_key":"a",${fields}${spaces}}`, limits);
    expect(event(`"tags":{${many(10)}}`)).not.toThrow();
    expect(event(`"tags":{${many(11)}}`)).toThrow(new TooMany("11 tags"));
    expect(event(`"metadata":{${many(10)}}`)).not.toThrow();
    expect(event(`"metadata":{${many(200)}}`)).toThrow(new TooMany("200 metadata"));
    expect(event(`"metadata":{${many(10)},${many(10)}}`)).not.toThrow();
    expect(event(`"partitions":[${"1,".repeat(9)}1]`)).not.toThrow();
    expect(event(`"partitions":[${"1,".repeat(10)}1]`)).toThrow(new TooMany("11 partitions"));
    expect(() => scanReport(`{"metadata":{${many(11)}}}`, limits)).toThrow(new TooMany("11 metadata"));
    expect(() => scanReport(`{"tags":{${many(11)}}}`, limits)).not.toThrow(); // reports have none
    expect(() => scanEvents(`[${"{},".repeat(10)}{}]`, limits)).toThrow(new TooMany("11 events"));
  });

  test("a field that nobody knows is named, not read", () => {
    expect(scanReport(`{"other":[1],${many(300)},"partition":"p"}`, limits)).toMatchObject({
      other: null,
      partition: "p",
    });
    const input = scanOneEvent(`{${many(300)}${spaces}}`, limits);
    expect(() => parseEventInput(input, { now: 0 })).toThrow('An event has no field "n0".');
  });

  test("how deep JSON is does not depend on a value that another of its name replaces", () => {
    const deep = `${"[".repeat(501)}1${"]".repeat(501)}`;
    const event = (json: string) => `{"type":"ASSET_OBSERVATION","asset_key":"a","metadata":{"m":${json}}${spaces}}`;
    const read = (json: string) => native(scanOneEvent(event(json), limits));
    expect(read(`{"a":${deep},"a":[1]}`)).toEqual(native(parseJson(event('{"a":[1]}'))));
    expect(read(deep)).toBe(
      'InvalidEventError: Could not resolve the metadata value for "m" to a known type: it is nested deeper than 500 levels.',
    );
  });

  test("a long key and a long list of partitions are read, of whatever else is long only the start is shown", () => {
    const names = Array.from({ length: 9 }, (_, i) => String(i).repeat(10_000));
    const key = stringifyJson(names);
    expect(scanReport(`{"asset_key":${key}}`, limits)).toEqual({ asset_key: names });
    const event = `{"type":"ASSET_OBSERVATION","asset_key":${key},"partitions":${key}}`;
    expect(parseEventInput(scanOneEvent(event, limits), { now: 0 })).toHaveLength(9);
    expect(report(scanReport('{"asset_key":[NaN]}', limits))).toContain('is not a str or a list of str. Got ["NaN"]');
    const wrong = scanReport(`{"asset_key":[${"[],".repeat(40_000)}[]]}`, limits);
    expect(report(wrong)).toBe(
      `ReportRequestError: Param "asset_key" is not a str or a list of str. Got [${"[],".repeat(33)}… which is type list.`,
    );
  });
});
