import { expect, test } from "bun:test";
import { ago } from "../../../../adapters/web/browser/ago.js";
import { day, hour } from "../site.ts";

test.each([
  [0, "just now"],
  [59_999, "just now"],
  [60_000, "1 min ago"],
  [hour - 1, "59 min ago"],
  [hour, "1 h ago"],
  [47.9 * hour, "47 h ago"],
  [2 * day, "2 d ago"],
  [59 * day, "59 d ago"],
  [61 * day, "2 mo ago"],
  [1000 * day, "2 y ago"],
  [-4000, "just now"],
  [-30_000, "in a moment"],
  [-3 * hour, "in 3 h"],
])("what was %d ms ago was %p", (span, text) => {
  expect(ago(1e12 - span, 1e12)).toBe(text);
});
