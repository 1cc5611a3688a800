import { expect, test } from "bun:test";
import fc from "fast-check";
import { packNames } from "../../../../adapters/web/asset/partition-cells.ts";
import { unpackNames } from "../../../../adapters/web/browser/unpack-names.js";

test("names come back as they were, whatever they are and share", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom("a", " ", "%", "\n", "\u0000", "é", "\u{1f600}", "\u{1f601}"), maxLength: 60 }),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), (names) => {
      const sorted = names.toSorted();
      expect(unpackNames(packNames(sorted))).toEqual(sorted);
    }),
  );
});

test("names that follow each other take a few bytes each", () => {
  const names = Array.from({ length: 1000 }, (_, i) => `2026-01-01/batch-${String(i).padStart(4, "0")}`);
  expect(packNames(names).length).toBeLessThan(3500);
  expect(packNames(["2026-01-01", "2026-01-02"])).toBe("02026-01-01 92");
});
