/** @jsxImportSource hono/jsx */
import type { EventMark } from "../../../storage/index.ts";

/** How many reports a strip shows. */
export const stripLength = 20;

const step = 5;
const height = 18;

/**
 * The last reports of an asset, oldest first. A tall bar is a materialization, a short bar an observation, a dot a check
 * that passed, a triangle one that warned, a cross one that failed.
 */
export function Strip({ marks }: { readonly marks: readonly EventMark[] }) {
  const shown = marks.slice(0, stripLength).toReversed();
  const start = stripLength - shown.length;
  const paths = new Map<string, string>();
  for (const [i, mark] of shown.entries()) {
    const x = (start + i) * step + step / 2;
    const { name, path } = shapeOf(mark, x);
    paths.set(name, (paths.get(name) ?? "") + path);
  }
  return (
    <svg class="strip" viewBox={`0 0 ${stripLength * step} ${height}`} role="img" aria-label={summary(shown)}>
      {[...paths].map(([name, path]) => (
        <path class={name} d={path} />
      ))}
    </svg>
  );
}

function shapeOf({ type, passed, severity }: EventMark, x: number): { readonly name: string; readonly path: string } {
  if (type === "ASSET_MATERIALIZATION") return { name: "built", path: `M${x} 3v12` };
  if (type === "ASSET_OBSERVATION") return { name: "seen", path: `M${x} 10v5` };
  if (passed === true) return { name: "dot passed", path: `M${x} 13.5v0` };
  if (severity === "WARN") return { name: "solid warned", path: `M${x} 9.5l2.3 5.5h-4.6z` };
  return { name: "failed", path: `M${x - 1.8} 10l3.6 5m0-5l-3.6 5` };
}

function summary(marks: readonly EventMark[]): string {
  const count = (is: (mark: EventMark) => boolean, word: string) => {
    const found = marks.filter(is).length;
    return found === 0 ? [] : `${found} ${word}`;
  };
  const counts = [
    count(({ type }) => type === "ASSET_MATERIALIZATION", "materialized"),
    count(({ type }) => type === "ASSET_OBSERVATION", "observed"),
    count(({ passed }) => passed === true, "passed"),
    count(({ passed, severity }) => passed === false && severity === "WARN", "warned"),
    count(({ passed, severity }) => passed === false && severity !== "WARN", "failed"),
  ].flat();
  return `Last ${marks.length}: ${counts.join(", ")}`;
}
