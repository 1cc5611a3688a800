import { describe, expect, test } from "bun:test";
import fc from "fast-check";
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
