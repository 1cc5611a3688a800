import { expect, test } from "bun:test";
import fc from "fast-check";
import { defaultLimits } from "../../../../adapters/config/limits.ts";
import { checkEvents } from "../../../../adapters/http/reports/event-limits.ts";
import { measureJson } from "../../../../adapters/http/reports/measure-json.ts";
import { type JsonValue, type Metadata, materialization, stringifyJson } from "../../../../core/index.ts";
import { isArray, isJsonObject } from "../../../../core/json/json-value.ts";
import { always, jsonValue, wellFormedText } from "../../../core/arbitraries.ts";

const sizeOf = (metadata: Metadata) =>
  checkEvents([{ event: { ...materialization("a"), metadata } }], defaultLimits) - 1;
const words = /^(?:NaN|-?Infinity)$/;

/** Texts that count as one byte, though they have more. */
function wordBytes(value: JsonValue): number {
  if (typeof value === "string") return words.test(value) ? value.length - 1 : 0;
  const members = isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  return members.reduce<number>((sum, member) => sum + wordBytes(member), 0);
}

test("text holds as much as what it says", () => {
  const text = wellFormedText.map((one): JsonValue => ({ [one]: [one, `\u0000\n"${one}`] }));
  always(
    fc.property(fc.oneof(jsonValue, text, fc.constantFrom("NaN", "Infinity", { NaN: "-Infinity" })), (value) => {
      const { bytes } = measureJson(stringifyJson(value));
      expect(bytes).toBe(sizeOf({ "": { type: "json", rawValue: value } }) - wordBytes(value));
    }),
  );
});

test("text is nested as deep as what it says", () => {
  const texts = ["1", '"[["', "[]", "[1,[2]]", '{"a":[{"b":"}"}],"c":[[[]]]}'];
  expect(texts.map((text) => measureJson(text).depth)).toEqual([0, 0, 1, 2, 4]);
});
