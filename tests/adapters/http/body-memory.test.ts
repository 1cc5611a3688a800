import { expect, test } from "bun:test";
import fc from "fast-check";
import { createBodyMemory } from "../../../adapters/http/shared-limits.ts";

test("bodies never hold more than there is room for, whatever they ask for, and all of it can be had again", () => {
  const most = 100;
  const requests = fc.array(fc.tuple(fc.nat(4), fc.nat(120)));
  fc.assert(
    fc.property(requests, (asked) => {
      const shared = createBodyMemory(most);
      const shares = Array.from({ length: 5 }, () => shared.open());
      const held = shares.map(() => 0);
      for (const [body, bytes] of asked) {
        const others = held.reduce((sum, own) => sum + own, 0) - (held[body] ?? 0);
        const fits = bytes <= (held[body] ?? 0) || others + bytes <= most;
        expect(shares[body]?.hold(bytes)).toBe(fits);
        if (fits) held[body] = bytes;
      }
      for (const share of shares) share.hold(0);
      expect(shared.open().hold(most)).toBe(true);
    }),
  );
});
