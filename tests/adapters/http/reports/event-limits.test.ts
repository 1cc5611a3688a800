import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { defaultLimits, type LimitName, limitFlag } from "../../../../adapters/config/limits.ts";
import { checkEvents } from "../../../../adapters/http/reports/event-limits.ts";
import { parseEventInput } from "../../../../core/events/event-input.ts";
import { textValue } from "../../../../core/events/json-text.ts";
import { checkEvaluation, InvalidEventError, materialization, parseJson } from "../../../../core/index.ts";
import { always, jsonText } from "../../../core/arbitraries.ts";

const wide = "é€😀"; // 2, 3 and 4 bytes
const report = (options: object, key: readonly string[] = ["a"]) => ({
  event: checkEvaluation(key, { checkName: "c", passed: true, ...options }),
});

/** The limit, an event that is just as large as it may be, and one that is larger. */
const cases: readonly (readonly [LimitName, number, ReturnType<typeof report>, ReturnType<typeof report>])[] = [
  ["keyParts", 2, report({}, ["a", "b"]), report({}, ["a", "b", ""])],
  ["keyBytes", 10, report({}, [wide, "x"]), report({}, [wide, "xy"])],
  ["partitionBytes", 9, report({ partition: wide }), report({ partition: `${wide}x` })],
  ["checkNameBytes", 9, report({ checkName: wide }), report({ checkName: `${wide}x` })],
  ["descriptionBytes", 9, report({ description: wide }), report({ description: `${wide}x` })],
  ["tags", 1, report({ tags: { a: "b" } }), report({ tags: { a: "", b: "" } })],
  ["tagBytes", 10, report({ tags: { [wide]: "b" } }), report({ tags: { [wide]: "bc" } })],
  ["metadataEntries", 1, report({ metadata: { a: 1 } }), report({ metadata: { a: 1, b: 1 } })],
  ["metadataBytes", 10, report({ metadata: { a: wide } }), report({ metadata: { ab: wide } })],
  ["metadataDepth", 2, report({ metadata: { a: [{ b: 1 }] } }), report({ metadata: { a: [{ b: [] }] } })],
];

describe("checkEvents", () => {
  test.each(cases)("lets through what is as large as %s says, and names the limit where it is larger", (...args) => {
    const [name, limit, fitPage, larger] = args;
    const limits = { ...defaultLimits, [name]: limit };
    expect(() => checkEvents([fitPage], limits)).not.toThrow();
    const sentence = new RegExp(
      `^The .* has ${limit + 1} \\w+, and the limit is ${limit}\\. Send less, or raise --${limitFlag(name)}\\.$`,
    );
    expect(() => checkEvents([larger], limits)).toThrow(sentence);
    expect(() => checkEvents([larger], limits)).toThrow(InvalidEventError);
  });

  test("counts what a data version adds to the tags, and names of the two what is larger", () => {
    const sentence = (dataVersion: string, tag: string) => {
      const event = materialization("a", { dataVersion, tags: { tag } });
      return () => checkEvents([{ event }], { ...defaultLimits, tagBytes: 200 });
    };
    const [short, long] = ["v", "v".repeat(200)];
    expect(sentence(long, short)).toThrow(/^The field data_version with all tags has \d+ bytes, .+ --max-tag-bytes\.$/);
    expect(sentence(short, long)).toThrow(/^The field tags has \d+ bytes, .+ --max-tag-bytes\.$/);
    expect(sentence(short, short)).not.toThrow();
  });

  test("looks at every partition, and counts what each repeats", () => {
    const input = { type: "ASSET_MATERIALIZATION", asset_key: "abc", description: "de", partitions: ["x", "yz"] };
    const reports = parseEventInput(input, { now: 0 });
    expect(checkEvents(reports, defaultLimits)).toBe(2 * 5 + 1 + 2);
    expect(() => checkEvents(reports, { ...defaultLimits, partitionBytes: 1 })).toThrow(
      "The field partition has 2 bytes",
    );
  });

  test("counts JSON that is text by its text, and refuses none that is not too large by what it says", () => {
    const text = `[${"{},".repeat(99)}{}]`; // 301 characters, and 101 objects and arrays
    const event = { ...materialization("a"), metadata: { b: textValue("json", text, 2) } };
    expect(checkEvents([{ event }], defaultLimits)).toBe(2 + text.length);
    expect(checkEvents([{ event }], defaultLimits, "exact")).toBe(2 + 101);
    expect(checkEvents([{ event }], { ...defaultLimits, metadataBytes: 102 })).toBe(1 + 102);
    expect(() => checkEvents([{ event }], { ...defaultLimits, metadataBytes: 101 })).toThrow(
      "The field metadata has 102 bytes, and the limit is 101.",
    );
  });

  test("takes the depth that is told for the deepest there may be, and refuses none that is not so deep", () => {
    const nested = (depth?: number) => ({
      event: { ...materialization("a"), metadata: { b: textValue("json", '[["["]]', depth) } },
    });
    const limits = (metadataDepth: number) => ({ ...defaultLimits, metadataDepth });
    for (const depth of [undefined, 2, 3]) {
      expect(() => checkEvents([nested(depth)], limits(2))).not.toThrow();
      expect(() => checkEvents([nested(depth)], limits(1))).toThrow("The field metadata has 2 levels");
    }
  });

  test("never counts more than what was sent", () => {
    always(
      fc.property(fc.dictionary(fc.string(), jsonText), (members) => {
        const text = `{${Object.entries(members)
          .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
          .join(",")}}`;
        const input = { type: "ASSET_OBSERVATION", asset_key: "a", metadata: parseJson(text) };
        expect(checkEvents(parseEventInput(input, { now: 0 }), defaultLimits)).toBeLessThanOrEqual(
          Buffer.byteLength(text) + 1,
        );
      }),
    );
  });
});
