import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  indented,
  itemsOf,
  type JsonPart,
  membersOf,
  startOf,
  textOf,
} from "../../../../adapters/web/values/json-part.ts";
import { type JsonValue, stringifyJson } from "../../../../core/index.ts";
import { isArray, isJsonObject } from "../../../../core/json/json-value.ts";
import { always, jsonValue, wellFormedText } from "../../../core/arbitraries.ts";

/** The same value as text and as what it is. */
const partsOf = (value: JsonValue): readonly JsonPart[] => [{ value }, { json: stringifyJson(value) }];

describe("a part of JSON, as text or as a value", () => {
  test("starts as all of it is written", () => {
    always(
      fc.property(jsonValue, fc.nat(40), (value, most) => {
        const whole = stringifyJson(value);
        for (const part of partsOf(value)) {
          const start = startOf(part, most);
          expect(start.slice(0, most)).toBe(whole.slice(0, most));
          expect(start.length > most).toBe(whole.length > most);
        }
      }),
    );
  });

  test("is the text that it says, from its first character on", () => {
    always(
      fc.property(wellFormedText, fc.nat(20), (text, most) => {
        for (const part of partsOf(text)) {
          const start = textOf(part, most);
          // A pair of surrogates that is cut in two is no text any more.
          expect(start.slice(0, Math.max(0, most - 1))).toBe(text.slice(0, Math.max(0, most - 1)));
          expect(start.length > most).toBe(text.length > most);
        }
      }),
    );
  });

  test("has the items and members that it has", () => {
    always(
      fc.property(jsonValue, fc.nat(3), (value, most) => {
        for (const part of partsOf(value)) {
          const items = itemsOf(part, most);
          expect(items?.total).toEqual(isArray(value) ? value.length : undefined);
          expect(items?.first.map((item) => startOf(item, 1_000_000))).toEqual(
            isArray(value) ? value.slice(0, most).map(stringifyJson) : undefined,
          );
          const members = membersOf(part, most);
          const all = isJsonObject(value) ? Object.entries(value) : undefined;
          expect(members?.total).toEqual(all?.length);
          expect(members?.first.map(([name, member]) => [name, startOf(member, 1_000_000)])).toEqual(
            all?.slice(0, most).map(([name, member]) => [name, stringifyJson(member)]),
          );
        }
      }),
    );
  });

  test("of millions is looked at no further than is asked for", () => {
    const reads: string[] = [];
    const value = new Proxy(
      Array.from({ length: 1_000_000 }, (_, i) => i),
      {
        get: (target, name) => {
          if (typeof name === "string" && /^\d+$/.test(name)) reads.push(name);
          return Reflect.get(target, name);
        },
      },
    );
    expect(startOf({ value }, 20)).toStartWith("[0,1,2,3,4,5,6,7,8,9,");
    expect(reads.length).toBeLessThan(20);
    reads.length = 0;
    expect(itemsOf({ value }, 3)?.total).toBe(1_000_000);
    expect(reads.length).toBeLessThan(10);
  });

  test("is counted where it is short, and not where it is long", () => {
    expect(itemsOf({ json: "[1,2,3]" }, 1)).toMatchObject({ total: 3, isMore: false });
    const long = `[${"1,".repeat(150_000)}1]`;
    expect(itemsOf({ json: long }, 2)).toEqual({ first: [{ json: "1" }, { json: "1" }], total: 2, isMore: true });
    expect(membersOf({ json: `{"a":1,"b":${long}}` }, 2)).toMatchObject({ total: 2, isMore: false });
  });
});

describe("indented JSON", () => {
  test("says over several lines what it is", () => {
    const json = stringifyJson({ a: [1, { b: [] }], "c,d": {}, e: 'x\\"y' });
    expect(indented(json, 1000)).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": []\n    }\n  ],\n  "c,d": {},\n  "e": "x\\\\\\"y"\n}',
    );
  });

  test("is the same without its white space, and of a part the beginning of all", () => {
    always(
      fc.property(jsonValue, fc.nat(60), (value, most) => {
        const json = stringifyJson(value);
        const whole = indented(json, 1e6);
        const bare = (text: string) =>
          text.replace(/"(?:[^"\\]|\\.)*"?|\s+/gs, (part) => (part.startsWith('"') ? part : ""));
        expect(bare(whole)).toBe(json);
        const start = indented(json.slice(0, most), most).slice(0, most);
        expect(bare(whole).startsWith(bare(start))).toBe(true);
      }),
    );
  });

  test("is not indented without end", () => {
    expect(indented("[".repeat(400) + "]".repeat(400), 1e6).length).toBeLessThan(3000);
  });
});
