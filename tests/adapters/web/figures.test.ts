import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { timeLabels } from "../../../adapters/web/browser/ago.js";
import {
  drawnPower,
  exactFigure,
  figure,
  grouped,
  tickLabels,
  withPower,
} from "../../../adapters/web/browser/figures.js";

describe("numbers for people", () => {
  test.each([
    ["0", "0"],
    ["-1234567", "-1,234,567"],
    ["1180591620717411303424", "1,180,591,620,717,411,303,424"],
    ["1234.56789", "1,234.56789"],
    ["Infinity", "Infinity"],
  ])("%s has its thousands apart: %s", (digits, shown) => {
    expect(grouped(digits)).toBe(shown);
  });

  test("a float in full is read back as itself", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Number(exactFigure(value).replaceAll(",", ""))).toBe(value === 0 ? 0 : value);
      }),
    );
    expect(exactFigure(Number.MAX_VALUE)).toBe("1.7976931348623157e308");
    expect(exactFigure(2439.25)).toBe("2,439.25");
  });

  test.each([
    [1.000_019, 0.000_01, "1.000019"],
    [1e-9, 6e-9, "1e-9"],
    [2439.337_552, 4000, "2,439.3"],
    [12_345_678_901_234, 5e9, "12,345,678,901,234"],
    [1.234_567_890_123_456_8e25, 0, "1.234568e25"],
    [-Number.MAX_VALUE, Number.POSITIVE_INFINITY, "-1.798e308"],
    [0, 5, "0"],
  ])("%p in a range of %p is %s", (value, range, shown) => {
    expect(figure(value, range)).toBe(shown);
  });

  test("are never longer than a plot's head has room for", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: 0, noNaN: true }),
        (value, range) => {
          expect(figure(value, range).length).toBeLessThanOrEqual(34);
        },
      ),
    );
  });
});

describe("labels of an axis", () => {
  test.each([
    [
      [1_200_000, 1_200_500, 1_201_000],
      ["1,200,000", "1,200,500", "1,201,000"],
    ],
    [
      [1.000_01, 1.000_015, 1.000_02],
      ["1.00001", "1.000015", "1.00002"],
    ],
    [
      [0, 2000, 4000],
      ["0", "2K", "4K"],
    ],
    [
      [0, 2e-9, 4e-9],
      ["0", "2e-9", "4e-9"],
    ],
    [
      [1e26, 2e26],
      ["1e26", "2e26"],
    ],
  ])("of %p are %p", (ticks, labels) => {
    expect(tickLabels(ticks)).toEqual(labels);
  });

  test("differ where the ticks differ", () => {
    const ticks = fc
      .tuple(
        fc.double({ min: -1e12, max: 1e12, noNaN: true }),
        fc.integer({ min: -4, max: 9 }),
        fc.integer({ min: 2, max: 8 }),
      )
      .map(([start, exponent, count]) => {
        const step = 10 ** exponent;
        const first = Math.ceil(start / step);
        return Array.from({ length: count }, (_, i) => (first + i) * step);
      })
      .filter((all) => new Set(all).size === all.length && all.every((tick) => Math.abs(tick) < 1e11 * 10 ** 4));
    fc.assert(
      fc.property(ticks, (all) => {
        expect(new Set(tickLabels(all)).size).toBe(all.length);
      }),
    );
  });

  test("say the power of ten by which what is drawn was divided", () => {
    expect(drawnPower([1, 20_000])).toBe(0);
    expect(drawnPower([1.5e308, -3])).toBe(308);
    expect(drawnPower([3e-9])).toBe(-9);
    expect([withPower("1.5", 308), withPower("-15", 307), withPower("0", 9), withPower("2e-4", -9)]).toEqual([
      ...["1.5e308", "-15e307", "0", "2e-13"],
    ]);
  });
});

describe("labels of an axis of time", () => {
  const at = (...times: readonly string[]) => times.map((time) => Date.parse(`${time}Z`) / 1000);
  test.each([
    [at("2026-11-30T07:00", "2026-11-30T08:00"), 3600, ["07:00", "08:00"]],
    [at("2026-11-30T16:00", "2026-12-01T00:00", "2026-12-01T08:00"), 8 * 3600, ["16:00", "Dec 1", "08:00"]],
    [
      at("2026-11-29T16:00", "2026-11-30T00:00", "2026-11-30T08:00", "2026-11-30T16:00"),
      8 * 3600,
      ["Nov 29 16:00", "Nov 30", "Nov 30 08:00", "Nov 30 16:00"],
    ],
    [at("2026-11-30T07:00:15", "2026-11-30T07:00:30"), 15, ["07:00:15", "07:00:30"]],
    [at("2026-11-30T07:00:15", "2026-11-30T07:00:15.5"), 0.5, ["07:00:15.000", "07:00:15.500"]],
    [at("2026-11-30T00:00", "2026-12-10T00:00"), 10 * 86_400, ["Nov 30", "Dec 10"]],
    [at("2025-11-30T00:00", "2026-11-30T00:00"), 10 * 86_400, ["Nov 30, 2025", "Nov 30, 2026"]],
    [at("2025-11-01T00:00", "2026-12-01T00:00"), 30 * 86_400, ["Nov 2025", "Dec 2026"]],
  ])("%p each %d s are %p", (ticks, step, labels) => {
    expect(timeLabels(ticks, step)).toEqual(labels);
  });

  test("differ over any span from a second to ten years", () => {
    // The steps that uPlot takes, in seconds.
    const steps = [
      ...[0.1, 0.5, 1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200],
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 30, 61, 92, 123, 184, 366, 730].map((days) => days * 86_400),
    ];
    const axes = fc.record({
      start: fc.integer({ min: 0, max: 2_000_000_000 }),
      span: fc.double({ min: 0, max: Math.log(3650 * 86_400), noNaN: true }).map(Math.exp),
      count: fc.integer({ min: 2, max: 40 }),
    });
    fc.assert(
      fc.property(axes, ({ start, span, count }) => {
        const step = steps.find((one) => one >= span / count) ?? 730 * 86_400;
        const first = Math.ceil(start / step) * step;
        const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => first + i * step);
        const labels = timeLabels(ticks, step);
        expect(labels).toHaveLength(ticks.length);
        expect(new Set(labels).size).toBe(ticks.length);
      }),
      { numRuns: 2000 },
    );
  });
});
