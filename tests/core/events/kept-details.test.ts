import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { keptJson, textValue } from "../../../core/events/json-text.ts";
import { withDetails } from "../../../core/events/kept-details.ts";
import { formatDetails } from "../../../core/events/wire.ts";
import {
  formatEvent,
  type MetadataValue,
  materialization,
  type RecordedEvent,
  stringifyJson,
} from "../../../core/index.ts";
import { numberText } from "../../../core/json/json-value.ts";
import { always, recordedEvent } from "../arbitraries.ts";

const long = "x".repeat(5000);

/** As a store gives the event back. */
function stored(event: RecordedEvent, details = formatDetails(event)): RecordedEvent {
  const { description, tags, metadata, ...fields } = event;
  return withDetails(fields, details) as RecordedEvent; // fields and details are an event
}

const recorded = (options: Parameters<typeof materialization>[1]): RecordedEvent => ({
  ...materialization("a", options),
  id: 1,
  timestamp: 0,
  receivedAt: 0,
});

describe("an event whose details are kept as text", () => {
  test("is answered as any other, and so is its copy", () => {
    always(
      fc.property(recordedEvent, (event) => {
        for (const one of [event, { ...event, description: long }, { ...event, tags: { ...event.tags, long } }]) {
          const answer = formatEvent(one);
          expect(formatEvent(stored(one))).toBe(answer);
          expect(formatEvent({ ...stored(one) })).toBe(answer);
        }
      }),
    );
  });

  test("says what it says, whoever asks", () => {
    always(
      fc.property(recordedEvent, (event) => {
        for (const one of [event, { ...event, description: long }]) {
          const read = stored(one);
          expect(read).toEqual(one);
          expect(Object.keys(read).toSorted()).toEqual(Object.keys(one).toSorted());
          expect(JSON.stringify(read.metadata)).toBe(JSON.stringify(one.metadata));
          expect(formatDetails(read)).toBe(formatDetails(one));
        }
      }),
    );
  });

  test("is cloned with all that it says", () => {
    const event = recorded({ description: long, metadata: { rows: [1, { a: "b" }] } });
    expect(structuredClone(stored(event))).toEqual(event);
  });

  test("is not parsed to be answered, nor is what is large in it to be read", () => {
    const text = `{"description":"${long}","metadata":{"a":{"type":"table","raw_value":[no JSON]},"b":{"type":"int","raw_value":5}}}`;
    const event = stored(recorded({}), text);
    expect(formatEvent(event)).toEndWith(text.slice(text.indexOf('"metadata"')));
    expect(event.metadata.b).toEqual({ type: "int", rawValue: 5 });
    const { a } = event.metadata;
    expect(a && keptJson(a)?.text).toBe("[no JSON]");
    expect(() => a?.rawValue).toThrow(SyntaxError);
  });

  test("is read once", () => {
    for (const description of ["", long]) {
      const event = stored(recorded({ description, metadata: { a: [1] } }));
      expect(event.metadata).toBe(event.metadata);
      expect(event.metadata.a?.rawValue).toBe(event.metadata.a?.rawValue);
    }
  });

  test("is not answered by its text once it is another", () => {
    const changed = { ...stored(recorded({ metadata: { a: [1] } })), metadata: {} };
    expect(formatEvent(changed)).toEndWith('"metadata":{}}');
  });

  test("may hold what looks like its own text", () => {
    const look = { type: "int", raw_value: "5", a: { type: "float", raw_value: 1 } };
    const names = ['","raw_value":', '"metadata":', "metadata", 'int","raw_value":"5'];
    const metadata = Object.fromEntries(
      names.flatMap((name) => [
        [name, look],
        [`${name}!`, name],
      ]),
    );
    for (const description of ['"metadata":', `"metadata":${long}`]) {
      const event = recorded({ description, tags: { '"metadata":': '"dagster/data_version":' }, metadata });
      expect(formatEvent(stored(event))).toBe(formatEvent(event));
      expect(stored(event)).toEqual(event);
    }
  });

  test("written by hand with numbers that no constructor makes is answered as what is read of it", () => {
    const digits = (text: string) => ({ [numberText]: text });
    const values: readonly MetadataValue[] = [
      { type: "int", rawValue: 2 ** 60 },
      { type: "int", rawValue: digits("5") },
      { type: "int", rawValue: digits("1180591620717411303424") },
      { type: "float", rawValue: 0.1 + 0.2 },
      { type: "float", rawValue: 1e21 },
      { type: "timestamp", rawValue: 1e-7 },
      { type: "timestamp", rawValue: -0 },
      { type: "float", rawValue: Number.NaN },
    ];
    for (const value of values) {
      for (const description of ["", long]) {
        const read = stored({ ...recorded({ description }), metadata: { value } });
        expect(formatEvent(read)).toBe(formatEvent({ ...read }));
      }
    }
    expect(formatEvent(stored({ ...recorded({}), metadata: { a: { type: "int", rawValue: 2 ** 60 } } }))).toContain(
      '"raw_value":"1152921504606847000"',
    );
  });

  test("written by hand with lone surrogates says U+FFFD, also in JSON that stays text", () => {
    const event = recorded({ description: long });
    const lone = { a: { type: "json" as const, rawValue: ["\ud83d", { "\ude00": 1 }] } };
    const wanted = formatEvent({ ...event, metadata: { a: { type: "json", rawValue: ["\ufffd", { "\ufffd": 1 }] } } });
    expect(formatEvent(stored({ ...event, metadata: lone }))).toBe(wanted);
  });
});

test("an event with JSON as text is written as one with JSON", () => {
  always(
    fc.property(recordedEvent, (event) => {
      const entries = Object.entries(event.metadata).map(([name, value]) => {
        const isJson = value.type === "json" || value.type === "table";
        return [name, isJson ? textValue(value.type, stringifyJson(value.rawValue)) : value] as const;
      });
      const asText = { ...event, metadata: Object.fromEntries(entries) };
      expect(formatDetails(asText)).toBe(formatDetails(event));
      expect(formatEvent(asText)).toBe(formatEvent(event));
    }),
  );
});
