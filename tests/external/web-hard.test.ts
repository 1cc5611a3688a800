import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const widths = [390, 1280, 1440, 2560];

/** What is written on a canvas: where it starts and ends, in the canvas's own pixels. */
interface Label {
  readonly text: string;
  readonly axis: "x" | "y";
  readonly plot: string;
  readonly isWhole: boolean;
}

/** Notes what every plot writes beside its axes. */
async function watchLabels(page: Page): Promise<() => Promise<readonly Label[]>> {
  await page.addInitScript(`globalThis.labels = new Map();
    const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
      labels.delete(this.canvas);
      return clearRect.apply(this, area);
    };
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
      const width = this.measureText(text).width;
      const from = this.textAlign === "center" ? x - width / 2 : this.textAlign === "right" ? x - width : x;
      const one = { text, axis: this.textAlign === "center" ? "x" : "y", isWhole: from >= 0 && from + width <= this.canvas.width };
      labels.set(this.canvas, [...(labels.get(this.canvas) ?? []), one]);
      return fillText.call(this, text, x, y, ...rest);
    };`);
  return () =>
    page.evaluate(`[...labels].filter(([canvas]) => canvas.isConnected).flatMap(([canvas, all]) =>
      all.map((one) => ({ ...one, plot: canvas.closest("figure").dataset.name })))`) as Promise<readonly Label[]>;
}

describe("numbers that are hard to draw", () => {
  const site = webSite();
  beforeAll(async () => {
    await site.report(
      ...Array.from({ length: 60 }, (_, i) =>
        materialized("hard/numbers", {
          timestamp: minutesAgo((60 - i) * 24 * 35),
          metadata: {
            greatest: { type: "float", raw_value: i % 2 === 0 ? 1.797e308 : 1.2e307 * (i % 9) },
            signed: { type: "float", raw_value: i % 2 === 0 ? 1.797e308 : -1.797e308 },
            digits_26: { type: "int", raw_value: "12345678901234567890123456" },
            narrow: { type: "float", raw_value: 1.00001 + (i % 11) / 1_000_000 },
            narrow_large: 1_279_000 + (i % 900),
            tiny: { type: "float", raw_value: 1e-9 * (1 + (i % 7)) },
            trillions: 12_345_678_901_234 + i * 1_000_000_000,
            constant: 1,
          },
        }),
      ),
    );
  });

  test.each(widths)("make no page wider than its %d pixels, nor squeeze the names of plots", async (width) => {
    const page = await site.visit("/assets/hard/numbers", { viewport: { width, height: 900 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const heights = await page
      .locator("figure.plot figcaption")
      .evaluateAll((all) => all.map((one) => one.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(50);
    await page.locator("figure.plot").first().scrollIntoViewIfNeeded();
    await page.locator("figure.plot canvas").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  });

  test("have axes whose labels differ and are whole", async () => {
    const page = await site.visit("/ready");
    site.tolerate(/status of 404/);
    const labels = await watchLabels(page);
    await page.goto(`${site.server.url}/assets/hard/numbers`);
    await page.locator("figure.plot").first().scrollIntoViewIfNeeded();
    await page.locator("figure.plot canvas").nth(7).waitFor();
    const all = await labels();
    expect(all.filter(({ isWhole }) => !isWhole)).toEqual([]);
    const names = new Set(all.map(({ plot }) => plot));
    expect(names.size).toBe(8);
    for (const plot of names) {
      for (const axis of ["x", "y"]) {
        const texts = all.filter((one) => one.plot === plot && one.axis === axis).map(({ text }) => text);
        expect([plot, axis, texts.length > 0, texts]).toEqual([plot, axis, true, [...new Set(texts)]]);
      }
    }
  });

  test("and their times are read in UTC, wherever the browser is", async () => {
    await site.report(
      ...[1, 2, 3].map((hour) =>
        materialized("hard/clock", { timestamp: `2026-01-05T0${hour}:00:00Z`, metadata: { rows: hour } }),
      ),
    );
    const page = await site.visit("/assets/hard/clock", { timezoneId: "Asia/Tokyo" });
    const plot = page.locator("figure.plot");
    await plot.locator("canvas").waitFor();
    const over = await plot.locator(".u-over").boundingBox();
    if (over === null) throw new Error("there is no plot");
    await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
    await plot.getByText("2 · 2026-01-05 02:00:00 UTC", { exact: true }).waitFor();
  });
});
