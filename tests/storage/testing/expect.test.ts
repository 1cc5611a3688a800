import { expect as bunExpect, describe, test } from "bun:test";
import fc from "fast-check";
import { expect } from "../../../storage/testing/expect.ts";

function passes(assertion: () => unknown): boolean {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
}

describe("the suites' own assertions", () => {
  test("find values equal as Bun's do", () => {
    const value = fc.object({
      withMap: false,
      values: [fc.integer(), fc.string(), fc.boolean()],
    });
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, isSame) => {
        const other = isSame ? structuredClone(a) : b;
        bunExpect(passes(() => expect(a).toEqual(other))).toBe(passes(() => bunExpect(a).toEqual(other)));
        bunExpect(passes(() => expect(a).toMatchObject(other))).toBe(passes(() => bunExpect(a).toMatchObject(other)));
      }),
    );
  });

  test.each([
    [
      "toEqual",
      () => expect([1]).toEqual([1, 2]),
      () => expect({ a: undefined, b: new Map([[1, 2]]) }).toEqual({ b: new Map([[1, 2]]) }),
    ],
    ["toBe", () => expect(1).toBe(2), () => expect("a").toBe("a")],
    ["toBeUndefined", () => expect(null).toBeUndefined(), () => expect(undefined).toBeUndefined()],
    [
      "toMatchObject",
      () => expect({ a: [1, 2] }).toMatchObject({ a: [1] }),
      () => expect({ a: [{ b: 1, c: 2 }] }).toMatchObject({ a: [{ b: 1 }] }),
    ],
    ["toMatch", () => expect("a").toMatch(/b/), () => expect("ab").toMatch(/b/)],
    ["toHaveLength", () => expect(undefined).toHaveLength(0), () => expect([1]).toHaveLength(1)],
    ["toContain", () => expect(["a"]).toContain("b"), () => expect("abc").toContain("b")],
    ["toBeGreaterThan", () => expect(1).toBeGreaterThan(1), () => expect(2).toBeGreaterThan(1)],
    ["toBeAtMost", () => expect(2).toBeAtMost(1), () => expect(1).toBeAtMost(1)],
  ])("%s fails where it should, and passes where it should", (_, wrong, right) => {
    bunExpect([passes(wrong), passes(right)]).toEqual([false, true]);
  });
});
