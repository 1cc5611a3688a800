/** @jsxImportSource hono/jsx */
import { keepExtremes, type Series } from "./series.ts";

interface SparklineProps {
  readonly series: Series;
  readonly width: number;
  readonly height: number;
}

/** Steps of the path in each pixel. Whole numbers are short. */
const fineness = 2;

/** A line through a series, without a script. It fills the width of its parent, with at most one point for each pixel. */
export function Sparkline({ series: { times, values, least, greatest }, width, height }: SparklineProps) {
  const [start = 0] = times;
  const span = Math.max(1, (times.at(-1) ?? 0) - start);
  // Halves, because the whole range of numbers overflows a number.
  const range = greatest / 2 - least / 2;
  const x = (time: number) => Math.round(((time - start) / span) * width * fineness);
  // A series that never changes is a line through the middle.
  const y = (value: number) =>
    Math.round((range > 0 ? 1 + (1 - (value / 2 - least / 2) / range) * (height - 2) : height / 2) * fineness);
  const all = times.map((time, i) => ({ time, value: values[i] ?? least }));
  const points = keepExtremes(all, width).map(({ time, value }): readonly [number, number] => [x(time), y(value)]);
  // Relative steps compress better, because evenly spaced points have equal ones.
  const steps = points.map(([x, y], i) => {
    const [lastX, lastY] = points[i - 1] ?? [0, 0];
    return `${x - lastX} ${y - lastY}`;
  });
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width * fineness} ${height * fineness}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={`m${steps.join(" ")}`} />
    </svg>
  );
}
