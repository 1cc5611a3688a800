import { expect, test } from "bun:test";
import { matchesSearch } from "../../../storage/scan/matches-search.ts";

test("a search is text that the key as text contains, ASCII letters in any case", () => {
  expect(matchesSearch(["S3", "Orders"], "3/ord")).toBe(true);
  expect(matchesSearch(["s3", "orders"], "ORDERS")).toBe(true);
  expect(matchesSearch(["a/b"], '["A/B"]')).toBe(true);
  expect(matchesSearch(["a"], "")).toBe(true);
  expect(matchesSearch(["s3", "orders"], "s3orders")).toBe(false);
});

test("other letters count in their own case, as no two places agree on what that is", () => {
  expect(matchesSearch(["É"], "É")).toBe(true);
  expect(matchesSearch(["É"], "é")).toBe(false);
  expect(matchesSearch(["\u212a"], "k")).toBe(false); // the Kelvin sign, whose lower case is k
});

test("each word must be in the key, in any order; white space alone asks for nothing", () => {
  const key = ["warehouse", "core", "fct_orders"];
  expect(matchesSearch(key, "fct order")).toBe(true);
  expect(matchesSearch(key, " ORDERS\twarehouse ")).toBe(true);
  expect(matchesSearch(key, "core/fct ware")).toBe(true);
  expect(matchesSearch(key, "fct users")).toBe(false);
  expect(matchesSearch(key, " \n")).toBe(true);
  expect(matchesSearch(["new one"], "one new")).toBe(true);
});

test("a lone surrogate in a search counts as U+FFFD", () => {
  expect(matchesSearch(["a\ufffd"], "\ud800")).toBe(true);
});
