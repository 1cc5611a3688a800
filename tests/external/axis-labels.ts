import type { Page } from "playwright-core";

/** What is written on a canvas: where it starts and ends, in the canvas's own pixels. */
interface Label {
  readonly text: string;
  readonly axis: "x" | "y";
  readonly plot: string;
  readonly isWhole: boolean;
}

/** Notes what every plot writes beside its axes. */
export async function watchLabels(page: Page): Promise<() => Promise<readonly Label[]>> {
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
