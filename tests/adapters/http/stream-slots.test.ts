import { describe, expect, test } from "bun:test";
import { createStreamSlots, type StreamKind } from "../../../adapters/http/shared-limits.ts";

const take = (most: number, kind: StreamKind, token: (i: number) => string | null) => {
  const slots = createStreamSlots(most);
  let taken = 0;
  try {
    for (; taken < 1000; taken++) slots.enter(kind, token(taken));
  } catch {
    return taken;
  }
  return taken;
};

describe("slots for streams, exports and imports", () => {
  test("streams leave sixteen to exports and imports, and half where there are fewer", () => {
    expect(take(256, "stream", () => null)).toBe(240);
    expect(take(256, "transfer", () => null)).toBe(256);
    expect([1, 2, 10, 32].map((most) => take(most, "stream", () => null))).toEqual([1, 1, 5, 16]);
  });

  test("one token has at most half of them, whatever it does with them", () => {
    expect(take(256, "stream", () => "one")).toBe(128);
    expect(take(256, "transfer", () => "one")).toBe(128);
    expect(take(256, "transfer", (i) => `token ${i}`)).toBe(256);
  });

  test("a slot that was given back is free, for its token too", () => {
    const slots = createStreamSlots(2);
    const leave = slots.enter("stream", "one");
    expect(() => slots.assertFree("stream", "two")).toThrow("the rest is kept for exports and imports");
    expect(() => slots.assertFree("transfer", "one")).toThrow("The token one has 1 streams, exports and imports");
    slots.enter("transfer", "two");
    expect(() => slots.assertFree("transfer", "three")).toThrow("as many as --max-streams allows");
    leave();
    slots.assertFree("stream", "one");
  });
});
