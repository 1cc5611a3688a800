import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stringifyJson } from "../../../core/index.ts";
import { firstItems, firstMembers } from "../../../core/json/json-parts.ts";
import { isArray, isJsonObject } from "../../../core/json/json-value.ts";
import { always, jsonText, jsonValue } from "../arbitraries.ts";

describe("the parts of a text", () => {
  test("are those of the value, as many as are asked for", () => {
    always(
      fc.property(jsonValue, fc.nat(3), (value, most) => {
        const text = stringifyJson(value);
        const items = isArray(value)
          ? { items: value.slice(0, most).map(stringifyJson), total: value.length }
          : undefined;
        expect(firstItems(text, most)).toEqual(items);
        const names = isJsonObject(value) ? Object.entries(value) : undefined;
        const members = names?.slice(0, most).map(([name, member]): [string, string] => [name, stringifyJson(member)]);
        expect(firstMembers(text, most)).toEqual(members && { members, total: names?.length ?? 0 });
      }),
    );
  });

  test("are found in any JSON, with what stands between them left out", () => {
    always(
      fc.property(fc.array(jsonText), fc.array(fc.constantFrom(" ", "\n", "\t", "\r")), (texts, spaces) => {
        const gap = spaces.join("");
        const items = texts.map((text) => text.trim());
        expect(firstItems(`${gap}[${gap}${texts.join(`${gap},${gap}`)}${gap}]${gap}`, 99)).toEqual({
          items,
          total: texts.length,
        });
        const members = texts.map((text, i) => `"\\u00e9\\"${i}"${gap}:${gap}${text}`);
        expect(firstMembers(`${gap}{${gap}${members.join(`${gap},${gap}`)}${gap}}`, 99)).toEqual({
          members: items.map((text, i) => [`é"${i}`, text]),
          total: texts.length,
        });
      }),
    );
  });

  test("end where long strings end, with escapes anywhere in them", () => {
    const long = "x".repeat(40);
    const strings = ["", "\\", '"', "[", ']"', '\\"]'].flatMap((text) => [
      text,
      text + long,
      long + text,
      long + text + long,
    ]);
    const items = strings.map((text) => JSON.stringify(text));
    expect(firstItems(`[${items}]`, 99)).toEqual({ items, total: items.length });
    expect(firstItems(`[[${items}],1]`, 99)).toEqual({ items: [`[${items}]`, "1"], total: 2 });
    for (const text of [`["${long}`, `["${long}\\"`, `[["${long}"`])
      expect(() => firstItems(text, 1)).toThrow(SyntaxError);
  });

  test("a scalar has none, and a text that breaks off is an error", () => {
    for (const text of ["1", '"[1]"', "null", ""]) {
      expect([firstItems(text, 1), firstMembers(text, 1)]).toEqual([undefined, undefined]);
    }
    for (const text of ["[", "[1", '["', "[[1]", '{"a":[}', '{"a"', "{"]) {
      expect(() => [firstItems(text, 9), firstMembers(text, 9)]).toThrow(SyntaxError);
    }
  });
});
