import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type AssetKey, compareAssetKeys, formatAssetKey, hasPrefix, parseAssetKey } from "../../core/index.ts";
import { always, anyText, assetKey, keyOf } from "./arbitraries.ts";

const texts: [name: string, text: string, key: AssetKey][] = [
  ["one part", "orders", ["orders"]],
  ["parts joined by slashes", "s3/raw/orders", ["s3", "raw", "orders"]],
  ["empty parts between full ones", "a//b/", ["a", "", "b", ""]],
  ["a JSON array where a part holds a slash", '["s3/raw","orders"]', ["s3/raw", "orders"]],
  ["a JSON array where the first part starts like one", '["[a"]', ["[a"]],
  ["a bracket further on as it is", "a/[b]", ["a", "[b]"]],
];

test.each(texts)("a key is written and read as %s", (_, text, key) => {
  expect(formatAssetKey(key)).toBe(text);
  expect(parseAssetKey(text)).toEqual(key);
});

test.each([
  ["[a", ["[a"]],
  ["[1]", ["[1]"]],
  ['["a", 1]/b', ['["a", 1]', "b"]],
])("%s is no JSON array of strings, so it is split like any text", (text, key) => {
  expect(parseAssetKey(text)).toEqual(key);
});

test.each(["", "/", "//", "[]", '[""]', '["",""]'])("%p names nothing", (text) => {
  expect(parseAssetKey(text)).toBeUndefined();
});

test("any key survives being written and read; a lone surrogate becomes U+FFFD", () => {
  always(
    fc.property(keyOf(anyText), (key) => {
      expect(parseAssetKey(formatAssetKey(key))).toEqual(key.map((part) => part.toWellFormed()));
    }),
  );
});

describe("order", () => {
  test("a key stands before the keys below it, and every part counts before the next", () => {
    const sorted: AssetKey[] = [["a"], ["a", ""], ["a", "b"], ["a", "b", "c"], ["a!", "a"], ["b"]];
    expect(sorted.toReversed().sort(compareAssetKeys)).toEqual(sorted);
  });

  test("characters beyond U+FFFF stand after all others, as in UTF-8", () => {
    expect(compareAssetKeys(["\uffff"], ["\u{1f600}"])).toBeLessThan(0);
    expect("\uffff" < "\u{1f600}").toBe(false);
  });

  test("is that of the UTF-8 bytes, part by part", () => {
    const bytewise = (a: AssetKey, b: AssetKey): number => {
      const [first, ...rest] = a;
      const [other, ...others] = b;
      if (first === undefined || other === undefined) return a.length - b.length;
      return Buffer.compare(Buffer.from(first), Buffer.from(other)) || bytewise(rest, others);
    };
    const related = fc.tuple(assetKey, assetKey, fc.nat(3)).map(([a, b, shared]): [AssetKey, AssetKey] => {
      return [a, [...a.slice(0, shared), ...b]];
    });
    always(
      fc.property(fc.oneof(related, fc.tuple(assetKey, assetKey)), ([a, b]) => {
        expect(Math.sign(compareAssetKeys(a, b))).toBe(Math.sign(bytewise(a, b)));
      }),
    );
  });
});

test.each<[AssetKey, boolean]>([
  [["s3"], true],
  [["s3", "orders"], true],
  [[], true],
  [["s3", "orders", "x"], false],
  [["s"], false],
  [["orders"], false],
])("s3/orders starts with %p: %p", (prefix, expected) => {
  expect(hasPrefix(["s3", "orders"], prefix)).toBe(expected);
});
