/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../core/index.ts";
import type { PartitionMark } from "../../storage/index.ts";
import { assetPath } from "./asset-path.ts";
import { ago } from "./browser/ago.js";
import { cut } from "./user-text.tsx";

export const mostPartitions = 5000;

const day = 86_400_000;
/** The most age of a cell of each class, in days. */
const ages = [
  { name: "r1", days: 1, text: "within a day" },
  { name: "r2", days: 7, text: "a week" },
  { name: "r3", days: 30, text: "a month" },
  { name: "r4", days: Number.POSITIVE_INFINITY, text: "before" },
] as const;

interface PartitionGridProps {
  readonly assetKey: AssetKey;
  readonly marks: readonly PartitionMark[];
  readonly selected: string | undefined;
  readonly now: number;
}

/**
 * A cell for each partition, coloured by how lately it was materialized and crossed where a check of it fails. One of
 * them can be tabbed to; the page's script moves between them by arrow keys. A cell chosen says all of its partition.
 */
export function PartitionGrid({ assetKey, marks, selected, now }: PartitionGridProps) {
  const path = assetPath(assetKey);
  const first = selected ?? marks[0]?.partition;
  // Thousands of names would be half of the page: the script puts each before what its cell says.
  const isShort = density(marks.length) === "small";
  const named = (partition: string) => (isShort ? "" : `${cut(partition, 100) || "(empty)"}: `);
  return (
    <>
      <form action={`${path.split("?")[0]}#partition`} class={`grid ${density(marks.length)}`} id="grid">
        {path.includes("?") && <input type="hidden" name="asset_key" value={JSON.stringify(assetKey)} />}
        {marks.map(({ partition, timestamp, materializations, failing }) => (
          // biome-ignore lint/a11y/useButtonType: it submits, as a button does by itself; thousands need not say so
          <button
            name="partition"
            value={partition}
            class={`${ageOf(now - timestamp)}${failing ? " failing" : ""}`}
            title={`${named(partition)}${ago(timestamp, now)}${failing ? ", a check fails" : ""}${materializations > 1 ? `, ${materializations} times` : ""}`}
            aria-pressed={partition === selected ? "true" : undefined}
            tabindex={partition === first ? undefined : -1}
          />
        ))}
      </form>
      <p class="legend soft">
        <output id="cell" />
        Materialized
        {ages.map(({ name, text }) => (
          <span>
            <i class={`cell ${name}`} />
            {text}
          </span>
        ))}
        <span>
          <i class="cell r1 failing" />a check fails
        </span>
      </p>
    </>
  );
}

function ageOf(age: number): string {
  return (ages.find(({ days }) => age <= days * day) ?? ages[3]).name;
}

/** The more cells, the smaller. */
function density(count: number): string {
  return count <= 120 ? "large" : count <= 1000 ? "medium" : "small";
}
