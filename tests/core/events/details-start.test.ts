import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { detailsLength, detailsText } from "../../../core/events/details-start.ts";
import { withDetails } from "../../../core/events/kept-details.ts";
import { formatDetails } from "../../../core/events/wire.ts";
import { materialization } from "../../../core/index.ts";
import { always, jsonValue, wellFormedText } from "../arbitraries.ts";

const names = fc.uniqueArray(wellFormedText, { maxLength: 5 });

describe("the text of an event's details", () => {
  test("says what the event says, the first entries of its metadata with how many there are", () => {
    const options = fc.record({
      description: fc.option(wellFormedText),
      tags: fc.dictionary(wellFormedText, wellFormedText),
      dataVersion: fc.option(wellFormedText),
      metadata: names.chain((names) =>
        fc
          .tuple(...names.map(() => jsonValue))
          .map((values) => Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]))),
      ),
    });
    always(
      fc.property(options, fc.nat(4), (given, most) => {
        const event = materialization("a", given);
        const kept = withDetails({}, formatDetails(event));
        const text = detailsText(kept, most);
        expect(text).toBeDefined();
        if (text === undefined) return;
        expect(JSON.parse(text.description)).toEqual(event.description);
        expect(JSON.parse(text.tags)).toEqual({ ...event.tags });
        expect(text.total).toBe(Object.keys(event.metadata).length);
        const entries = Object.fromEntries(text.entries.map(({ name, type, raw }) => [name, { type, raw }]));
        const first = Object.keys(event.metadata).slice(0, most);
        expect(Object.keys(entries)).toEqual(first);
        const written = `{${text.entries.map(({ name, type, raw }) => `${JSON.stringify(name)}:{"type":"${type}","raw_value":${raw}}`).join(",")}}`;
        const metadata = Object.fromEntries(
          first.map((name) => [name, event.metadata[name] ?? { type: "null" as const, rawValue: null }]),
        );
        expect(formatDetails({ description: null, tags: {}, metadata })).toBe(
          first.length === 0 ? "{}" : `{"metadata":${written}}`,
        );
      }),
    );
  });

  test("is none where no store gave it, or where another program wrote it", () => {
    expect(detailsText(materialization("a", { metadata: { x: 1 } }), 5)).toBeUndefined();
    expect(detailsText(withDetails({}, '{"other":1}'), 5)).toBeUndefined();
    expect(detailsText(withDetails({}, '{"metadata":{"x":[1]}}'), 5)).toBeUndefined();
    expect(detailsLength(materialization("a"))).toBe(0);
    expect(detailsLength(withDetails({}, '{"tags":{}}'))).toBe(11);
  });
});
