/** @jsxImportSource hono/jsx */
import type { Series } from "./asset-history.ts";

interface SparklineProps {
  readonly series: Series;
  readonly width: number;
  readonly height: number;
}

/** A line through a series, which needs no script; it is as wide as its place. */
export function Sparkline({ series: { times, values }, width, height }: SparklineProps) {
  const [start = 0] = times;
  const span = Math.max(1, (times.at(-1) ?? 0) - start);
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  const x = (time: number) => (((time - start) / span) * width).toFixed(1);
  // A series that never changes is a line through the middle.
  const y = (value: number) => (range > 0 ? 1 + (1 - (value - low) / range) * (height - 2) : height / 2).toFixed(1);
  const points = times.map((time, i) => `${x(time)} ${y(values[i] ?? low)}`);
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={`M${points.join("L")}`} />
    </svg>
  );
}
