import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ClockReading } from "../../../adapters/server/clocks.ts";
import { RetentionClock } from "../../../adapters/server/retention-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 23, 12);

/** A look at a clock that is `ahead` of noon, so long after the start. */
const at = (elapsed: number, ahead = 0): ClockReading => ({ now: noon + elapsed + ahead, elapsed });

describe("a clock", () => {
  test("is followed up to a day ahead of what is trusted, and not beyond that", () => {
    const clock = new RetentionClock(noon, 0);
    expect(clock.aheadBy(at(0))).toBe(0);
    expect(clock.aheadBy(at(minute, day))).toBe(0);
    expect(clock.aheadBy(at(minute, day + 1))).toBe(day + 1);
  });

  test("that runs behind is followed: nothing expires by it", () => {
    expect(new RetentionClock(noon, 0).aheadBy(at(0, -400 * day))).toBe(0);
  });

  test("that runs on evenly is followed for ever, however long nothing is trusted anew", () => {
    const clock = new RetentionClock(noon, 0);
    for (let days = 0; days < 1000; days += 7) expect(clock.aheadBy(at(days * day))).toBe(0);
  });

  test("that is a year ahead is followed after an hour in which it held", () => {
    const clock = new RetentionClock(noon, 0);
    for (let elapsed = 0; elapsed < hour; elapsed += minute) {
      expect(clock.aheadBy(at(elapsed, 365 * day))).toBe(365 * day);
      expect(clock.remaining(at(elapsed))).toBe(hour - elapsed);
    }
    expect(clock.aheadBy(at(hour, 365 * day))).toBe(0);
    expect(clock.aheadBy(at(2 * hour, 365 * day))).toBe(0);
  });

  test("that jumps again has to hold for an hour from then on", () => {
    const clock = new RetentionClock(noon, 0);
    clock.aheadBy(at(0, 2 * day));
    expect(clock.aheadBy(at(59 * minute, 3 * day))).toBe(3 * day);
    expect(clock.aheadBy(at(61 * minute, 3 * day))).toBe(3 * day);
    expect(clock.aheadBy(at(59 * minute + hour, 3 * day))).toBe(0);
  });

  test("that came back in between has to hold for an hour from then on", () => {
    const clock = new RetentionClock(noon, 0);
    clock.aheadBy(at(0, 2 * day));
    expect(clock.aheadBy(at(30 * minute))).toBe(0);
    expect(clock.aheadBy(at(61 * minute, 2 * day))).toBe(2 * day);
  });

  test("that creeps ahead by less than a day at a time is not followed past a day", () => {
    const clock = new RetentionClock(noon, 0);
    expect(clock.aheadBy(at(0, 0.9 * day))).toBe(0);
    expect(clock.aheadBy(at(minute, 1.8 * day))).toBe(1.8 * day);
  });

  test("that is behind for an hour is trusted, so that one ahead of it is not followed", () => {
    const clock = new RetentionClock(noon, 0); // which was wrong
    clock.aheadBy(at(0, -300 * day));
    expect(clock.aheadBy(at(hour, -300 * day))).toBe(0);
    expect(clock.aheadBy(at(hour + minute, -200 * day))).toBe(100 * day);
  });

  test("hands on the time that it trusts, and never one that it does not", () => {
    const clock = new RetentionClock(noon, 0);
    expect(clock.trusted(at(hour, day))).toBe(noon + hour + day);
    expect(clock.trusted(at(hour, 2 * day))).toBe(noon + hour);
    expect(clock.trusted(at(hour, -1000))).toBe(noon + hour);
    expect(clock.trusted(at(hour, -2 * day))).toBe(noon + hour);
  });

  test("is followed only near what was trusted or after an hour that it held, however it jumps", () => {
    const steps = fc.record({
      wait: fc.integer({ min: 0, max: 40 * minute }),
      jump: fc.constantFrom(0, 0, 0, day, -day, 9 * day),
    });
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), (path) => {
        const clock = new RetentionClock(noon, 0);
        let [elapsed, ahead, heldSince] = [0, 0, 0];
        let trustedAhead = 0;
        for (const { wait, jump } of path) {
          elapsed += wait;
          if (jump !== 0) {
            ahead += jump;
            heldSince = elapsed;
          }
          const followed = clock.aheadBy(at(elapsed, ahead)) === 0;
          const hasHeld = elapsed - heldSince >= hour;
          if (followed && !hasHeld) expect(ahead).toBeLessThanOrEqual(trustedAhead + day);
          if (followed && hasHeld) trustedAhead = Math.max(trustedAhead, ahead);
        }
      }),
    );
  });
});
