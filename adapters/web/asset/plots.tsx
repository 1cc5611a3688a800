/** @jsxImportSource hono/jsx */
import { figure } from "../browser/figures.js";
import { pageBudget } from "../parts/page-budget.ts";
import { BreakableName } from "../parts/user-text.tsx";
import type { Series } from "../values/series.ts";
import { Sparkline } from "../values/sparkline.tsx";

interface PlotsProps {
  readonly all: readonly Series[];
  /** Whether the series have the numbers of all reports in the range. */
  readonly isWhole: boolean;
}

/** Numbers over time. When they become visible, a script draws them again, with values on hover and zoom on dragging. */
export function Plots({ all, isWhole }: PlotsProps) {
  // Most series of an asset share their times, which are written once.
  const timesOfEach = all.map(spacedTimes);
  const times = [...new Set(timesOfEach)];
  return (
    <div class="plots" data-times={times.join("\n")}>
      {all.map((series, i) => (
        <Plot series={series} at={times.indexOf(timesOfEach[i] ?? "")} isWhole={isWhole} />
      ))}
    </div>
  );
}

/** The first time, and the difference to each further one, in seconds: the shortest form. */
function spacedTimes({ times }: Series): string {
  const seconds = times.map((time) => Math.round(time / 1000));
  return seconds.map((time, i) => time - (seconds[i - 1] ?? 0)).join(" ");
}

interface PlotProps {
  readonly series: Series;
  /** The index of its line of times. */
  readonly at: number;
  readonly isWhole: boolean;
}

function Plot({ series, at, isWhole }: PlotProps) {
  const { name, values, count, least, greatest } = series;
  const range = greatest - least;
  const low = figure(least, range);
  const high = figure(greatest, range);
  const latest = figure(values.at(-1) ?? 0, range);
  const { text: shown } = pageBudget().cut(name, 60);
  return (
    <figure class="plot" data-name={shown} data-at={at} data-values={values.join(" ")}>
      <figcaption>
        <BreakableName text={name} most={60} />
        <span class="figure" data-reading>
          {latest}
        </span>
      </figcaption>
      <div
        class="drawing"
        role="img"
        aria-label={`${shown}: ${count.toLocaleString("en")} ${isWhole ? "" : "sampled "}values from ${low} to ${high}, the latest ${latest}`}
      >
        <Sparkline series={series} width={300} height={90} />
      </div>
      <p class="axis">
        <span>
          {low} – {high}
          {!isWhole && ` in a sample of ${count.toLocaleString("en")}`}
        </span>
        <button type="button" data-reset hidden>
          Whole range
        </button>
      </p>
    </figure>
  );
}
