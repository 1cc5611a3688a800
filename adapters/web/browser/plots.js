import { exactTime, timeLabels } from "./ago.js";
import { drawnPower, figure, tickLabels, withPower } from "./figures.js";

/** @typedef {import("uplot")} Plot */
/** @typedef {typeof import("uplot")} UPlot */

const height = 110;
/** All plots of the page, by their elements. @type {Map<HTMLElement, Plot>} */
const plots = new Map();

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/** @param {string | undefined} text */
const numbers = (text = "") => text.split(" ").map(Number);

/** Times in seconds, and values divided by a power of ten. @type {(figure: HTMLElement) => [times: number[], values: number[]]} */
function dataOf({ dataset: { at, values, power = "0" }, parentElement }) {
  const spans = numbers(parentElement?.dataset.times?.split("\n")[Number(at)]);
  let time = 0;
  return [
    spans.map((span) => {
      time += span;
      return time;
    }),
    numbers(values).map((value) => divided(value, Number(power))),
  ];
}

/** In two steps, because 1e-308 is not exact, and 1e309 is no number. @type {(value: number, power: number) => number} */
const divided = (value, power) => value / 10 ** Math.trunc(power / 2) / 10 ** (power - Math.trunc(power / 2));

/** @type {(element: HTMLElement, UPlot: UPlot) => void} */
function draw(element, UPlot) {
  const drawing = element.querySelector(".drawing");
  const reading = element.querySelector("[data-reading]");
  if (!(drawing instanceof HTMLElement) || !reading) return;
  plots.get(element)?.destroy();
  drawing.replaceChildren();
  const power = drawnPower(numbers(element.dataset.values));
  element.dataset.power = String(power);
  const data = dataOf(element);
  const ink = colour("--ink");
  const plot = new UPlot(
    {
      width: drawing.clientWidth,
      height,
      // The labels of values have room of their own on the left.
      padding: [6, labelRoom, 0, (plot) => Math.max(0, labelRoom(plot) - 28)],
      legend: { show: false },
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      // All plots share their time axis: reading or zooming one affects all.
      cursor: { sync: { key: "time" }, y: false, drag: { x: true, y: false }, points: { size: 6, fill: ink } },
      axes: axesOf(power),
      series: [{}, { stroke: ink, width: 1.25, points: { show: data[0].length < 40, size: 4, fill: ink } }],
      hooks: { setCursor: [readingAt(element, reading)], setScale: [zoomOf(element, data[0])] },
    },
    data,
    drawing,
  );
  plots.set(element, plot);
}

/** The axes of time and of values. @type {(power: number) => import("uplot").Axis[]} */
function axesOf(power) {
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return [
    {
      ...axis,
      size: 24,
      space: (_, _axis, min, max, width) => leastSpace(max - min, width),
      values: (_, ticks, _axis, _space, step) => [...timeLabels(ticks, step)],
    },
    {
      ...axis,
      size: (_, labels) => 12 + 6.5 * Math.max(3, ...(labels ?? []).map(({ length }) => length)),
      values: (_, ticks) => tickLabels(ticks).map((label) => withPower(label, power)),
    },
  ];
}

/** Shows what the cursor points at; without a cursor, the latest value. @type {(element: HTMLElement, reading: Element) => (plot: Plot) => void} */
function readingAt(element, reading) {
  const latest = reading.textContent;
  const values = numbers(element.dataset.values);
  const range = Math.max(...values) - Math.min(...values);
  return ({ cursor, data }) => {
    const [time, value] =
      cursor.idx == null ? [] : [data[0]?.[cursor.idx], numbers(element.dataset.values)[cursor.idx]];
    reading.toggleAttribute("data-pointed", value !== undefined);
    reading.textContent =
      time === undefined || value === undefined ? latest : `${figure(value, range)} · ${exactTime(time * 1000)}`;
  };
}

/** Marks a plot that is zoomed, and offers to end that. @type {(element: HTMLElement, times: number[]) => (plot: Plot) => void} */
function zoomOf(element, times) {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  return ({ scales: { x } }) => {
    const isZoomed = x !== undefined && ((x.min ?? first) > first || (x.max ?? last) < last);
    element.toggleAttribute("data-zoomed", isZoomed);
    const button = element.querySelector("[data-reset]");
    if (button instanceof HTMLElement) button.hidden = !isZoomed;
  };
}

/** Whether labels of this span of time have a day and a clock, which takes more room. @type {(seconds: number) => boolean} */
const hasLongLabels = (seconds) => seconds >= 86_400 && seconds < 10 * 86_400;

/** The least distance of two labels, in pixels. @type {(span: number, width: number) => number} */
function leastSpace(span, width) {
  if (!hasLongLabels(span)) return 60;
  // Noon and midnight may be nearer to each other, since midnight is only a day.
  const halfDay = (width * 43_200) / span;
  return halfDay >= 54 ? Math.min(84, halfDay - 0.1) : 84;
}

/** Room for the half of a label beyond the ends of the time axis, in pixels. @type {(plot: Plot) => number} */
function labelRoom({ scales: { x } }) {
  const span = (x?.max ?? 0) - (x?.min ?? 0);
  return hasLongLabels(span) ? 40 : span < 3600 ? 32 : 24;
}

/** @type {Promise<UPlot> | undefined} */
let loading;

/** Loads uPlot's build for browsers, which is no module. */
function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("uPlot.js", import.meta.url).href;
    script.onload = () => resolve(/** @type {{ uPlot: UPlot }} */ (/** @type {unknown} */ (globalThis)).uPlot);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

/** @type {() => HTMLElement[]} */
const figures = () => [...document.querySelectorAll("figure.plot")].filter((one) => one instanceof HTMLElement);

async function drawAll() {
  const UPlot = await load();
  for (const element of figures()) draw(element, UPlot);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const plot = target.parentElement && plots.get(target.parentElement);
    if (plot && target.clientWidth !== plot.width) plot.setSize({ width: target.clientWidth, height });
  }
});

document.addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLElement) || !target.hasAttribute("data-reset")) return;
  for (const plot of plots.values()) plot.setData(plot.data);
});

// New values from the server are put into existing plots.
document.addEventListener("swapped", async (event) => {
  const { detail: next } = /** @type {CustomEvent<Document>} */ (event);
  const [current, fresh] = [document.querySelector(".plots"), next.querySelector(".plots")];
  if (!(current instanceof HTMLElement && fresh instanceof HTMLElement)) return observe();
  const isLater = current.dataset.times !== fresh.dataset.times;
  current.dataset.times = fresh.dataset.times;
  const all = [...fresh.children].filter((one) => one instanceof HTMLElement);
  for (const element of figures()) {
    const other = all.find(({ dataset }) => dataset.name === element.dataset.name);
    if (!other || (!isLater && other.dataset.values === element.dataset.values)) continue;
    element.dataset.at = other.dataset.at;
    element.dataset.values = other.dataset.values;
    const reading = element.querySelector("[data-reading]");
    if (reading) reading.textContent = other.querySelector("[data-reading]")?.textContent ?? "";
    const plot = plots.get(element);
    if (plot && element.hasAttribute("data-zoomed")) plot.setData(dataOf(element), false);
    else if (plot) draw(element, await load());
    else element.querySelector(".drawing")?.replaceChildren(...(other.querySelector(".drawing")?.childNodes ?? []));
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (plots.size > 0) drawAll();
});
// The server has drawn them already. They are drawn again when they become visible.
const visibility = new IntersectionObserver(
  (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    visibility.disconnect();
    drawAll();
  },
  { rootMargin: "200px" },
);

/** Observes new plots on the page, and removes those that are gone. */
function observe() {
  for (const [element, plot] of plots) {
    if (element.isConnected) continue;
    plot.destroy();
    plots.delete(element);
  }
  for (const element of figures()) {
    if (plots.has(element)) continue;
    visibility.observe(element);
    const drawing = element.querySelector(".drawing");
    if (drawing) sizes.observe(drawing);
  }
}
observe();
