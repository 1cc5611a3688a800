/** @typedef {import("uplot")} Plot */
/** @typedef {typeof import("uplot")} UPlot */

const height = 110;
/** All plots of the page, by what they show. @type {Map<HTMLElement, Plot>} */
const plots = new Map();

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/** @param {string | undefined} text */
const numbers = (text = "") => text.split(" ").map(Number);
/** @param {number} value */
const figure = (value) => value.toLocaleString("en", { maximumFractionDigits: 3 });

/** @type {(figure: HTMLElement) => [times: number[], values: number[]]} */
function dataOf({ dataset: { at, values }, parentElement }) {
  const spans = numbers(parentElement?.dataset.times?.split("\n")[Number(at)]);
  let time = 0;
  return [
    spans.map((span) => {
      time += span;
      return time;
    }),
    numbers(values),
  ];
}

/** @type {(element: HTMLElement, UPlot: UPlot) => void} */
function draw(element, UPlot) {
  const place = element.querySelector(".drawing");
  const reading = element.querySelector("[data-reading]");
  if (!(place instanceof HTMLElement) || !reading) return;
  const latest = reading.textContent;
  plots.get(element)?.destroy();
  place.replaceChildren();
  const [ink, soft, line] = [colour("--ink"), colour("--soft"), colour("--line")];
  const axis = {
    stroke: soft,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  const data = dataOf(element);
  const plot = new UPlot(
    {
      width: place.clientWidth,
      height,
      padding: [6, 16, 0, 0],
      legend: { show: false },
      // All plots share their time: what is read or zoomed in one is in all.
      cursor: { sync: { key: "time" }, y: false, drag: { x: true, y: false }, points: { size: 6, fill: ink } },
      axes: [
        {
          ...axis,
          size: 24,
          space: 60,
          values: (_, ticks, _axis, _space, step) => ticks.map((tick) => moment(tick, step)),
        },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => compact(tick)) },
      ],
      series: [{}, { stroke: ink, width: 1.25, points: { show: data[0].length < 40, size: 4, fill: ink } }],
      hooks: {
        setCursor: [
          ({ cursor }) => {
            const [time, value] = cursor.idx == null ? [] : [data[0][cursor.idx], data[1][cursor.idx]];
            reading.textContent =
              time === undefined || value === undefined
                ? latest
                : `${figure(value)} · ${new Date(time * 1000).toLocaleString()}`;
          },
        ],
        setScale: [
          ({ scales: { x } }) => {
            const [first, last] = [data[0][0] ?? 0, data[0].at(-1) ?? 0];
            const isZoomed = x !== undefined && ((x.min ?? first) > first || (x.max ?? last) < last);
            element.toggleAttribute("data-zoomed", isZoomed);
            const button = element.querySelector("[data-reset]");
            if (button instanceof HTMLElement) button.hidden = !isZoomed;
          },
        ],
      },
    },
    data,
    place,
  );
  plots.set(element, plot);
}

/** @type {(time: number, step: number) => string} */
function moment(time, step) {
  const date = new Date(time * 1000);
  if (step < 86_400) return date.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return date.toLocaleDateString("en", { month: "short", day: "numeric" });
}

/** @param {number} value */
function compact(value) {
  return value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 });
}

/** @type {Promise<UPlot> | undefined} */
let loading;

/** uPlot as its package has it for browsers, which is no module. */
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

// What the server had anew: values are put into the plots that are there.
document.addEventListener("swapped", async (event) => {
  const { detail: next } = /** @type {CustomEvent<Document>} */ (event);
  const [place, fresh] = [document.querySelector(".plots"), next.querySelector(".plots")];
  if (!(place instanceof HTMLElement && fresh instanceof HTMLElement)) return observe();
  const isLater = place.dataset.times !== fresh.dataset.times;
  place.dataset.times = fresh.dataset.times;
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
// The server has drawn them already: they are drawn anew when somebody may see them.
const look = new IntersectionObserver(
  (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    look.disconnect();
    drawAll();
  },
  { rootMargin: "200px" },
);

/** What is new on the page, and no more what is gone. */
function observe() {
  for (const [element, plot] of plots) {
    if (element.isConnected) continue;
    plot.destroy();
    plots.delete(element);
  }
  for (const element of figures()) {
    if (plots.has(element)) continue;
    look.observe(element);
    const place = element.querySelector(".drawing");
    if (place) sizes.observe(place);
  }
}
observe();
