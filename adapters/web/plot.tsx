/** @jsxImportSource hono/jsx */
import type { Series } from "./asset-history.ts";
import { Sparkline } from "./sparkline.tsx";
import { cut, UserText } from "./user-text.tsx";

/** A number over time. The script draws it anew, to be read by pointing and zoomed by dragging. */
export function Plot({ series }: { readonly series: Series }) {
  const { name, times, values } = series;
  const figure = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 3 });
  const low = figure(Math.min(...values));
  const high = figure(Math.max(...values));
  const latest = figure(values.at(-1) ?? 0);
  return (
    <figure class="plot" data-name={cut(name, 60)} data-times={times.join(" ")} data-values={values.join(" ")}>
      <figcaption>
        <UserText text={name} most={60} />
        <span class="figure" data-reading>
          {latest}
        </span>
      </figcaption>
      <div
        class="drawing"
        role="img"
        aria-label={`${cut(name, 60)}: ${values.length} values from ${low} to ${high}, now ${latest}`}
      >
        <Sparkline series={series} width={300} height={90} />
      </div>
      <p class="axis">
        <span>
          {low} – {high}
        </span>
        <button type="button" data-reset hidden>
          Whole range
        </button>
      </p>
    </figure>
  );
}
