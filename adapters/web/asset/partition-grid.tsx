/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../../core/index.ts";
import type { PartitionMark } from "../../../storage/index.ts";
import { ago } from "../browser/ago.js";
import { type CalendarRow, calendarOf, headOf } from "../browser/calendar.js";
import { assetPath } from "../parts/asset-path.ts";
import { cut, visibleName } from "../values/visible-text.ts";
import type { RangeName } from "./asset-history.ts";
import { packedName, packNames } from "./partition-cells.ts";

export const mostPartitions = 5000;
/** Characters of HTML that the names of a grid may take. */
const mostNames = 60_000;

/** How many of the first of these cells a page has room for; one at least. */
export function countCells(marks: readonly PartitionMark[], isWhole: boolean): number {
  const isPacked = !isWhole && density(marks.length) === "small";
  let characters = 0;
  const end = marks.findIndex(({ partition }, i) => {
    characters += isPacked ? packedName(partition, marks[i - 1]?.partition ?? "").length : partition.length;
    return i > 0 && characters > mostNames;
  });
  return end === -1 ? marks.length : end;
}

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
  /** Where the same page is with an element for each cell, however many; undefined for that page. */
  readonly wholePath: string | undefined;
  /** Of the page: a cell leads to a page of the same. */
  readonly range: RangeName;
}

/**
 * A cell for each partition: names that are days or hours in a calendar, whose gaps are hollow, others one after the
 * other. A cell is coloured by how lately it was materialized and crossed where a check of it fails. One of
 * them can be tabbed to; the page's script moves between them by arrow keys. A cell chosen says all of its partition.
 * Of thousands the script makes the cells, or they would be most of the page.
 */
export function PartitionGrid({ assetKey, marks, selected, now, wholePath, range }: PartitionGridProps) {
  const path = assetPath(assetKey);
  const first = selected ?? marks[0]?.partition;
  const isPacked = wholePath !== undefined && density(marks.length) === "small";
  const calendar = calendarOf(marks.map(({ partition }) => partition));
  const ofName = new Map(marks.map((mark) => [mark.partition, mark]));
  const Cell = ({ mark }: { readonly mark: PartitionMark }) => (
    // biome-ignore lint/a11y/useButtonType: it submits, as a button does by itself; thousands need not say so
    <button
      name="partition"
      value={mark.partition}
      class={classOf(mark, now)}
      title={`${visibleName(cut(mark.partition, 100)) || "(empty)"}: ${said(mark, now)}`}
      aria-pressed={mark.partition === selected ? "true" : undefined}
      tabindex={mark.partition === first ? undefined : -1}
    />
  );
  const Row = ({ row: { label, lead, cells } }: { readonly row: CalendarRow }) => (
    <div class="row">
      <span>{label}</span>
      {Array.from({ length: lead }, () => (
        <i />
      ))}
      {cells.map((name) => {
        const mark = name === null ? undefined : ofName.get(name);
        return mark === undefined ? <i class="gap" /> : <Cell mark={mark} />;
      })}
    </div>
  );
  return (
    <>
      {calendar !== undefined && calendar.missing > 0 && <Missing says={calendar.says} />}
      <form
        action={`${path.split("?")[0]}#partition`}
        class={`grid ${density(marks.length)}${calendar?.blocks === undefined ? "" : ` calendar ${calendar.unit}`}`}
        id="grid"
        {...(isPacked && packedCells(marks, now))}
        data-chosen={isPacked ? selected : undefined}
      >
        {range !== "all" && <input type="hidden" name="range" value={range} />}
        {path.includes("?") && <input type="hidden" name="asset_key" value={JSON.stringify(assetKey)} />}
        {!isPacked && calendar?.blocks === undefined && marks.map((mark) => <Cell mark={mark} />)}
        {!isPacked &&
          calendar?.blocks?.().map(({ label, rows }) => (
            <div class="block">
              <div class="row head">
                <b>{label}</b>
                {headOf(calendar.unit).map((text) => (
                  <span>{text}</span>
                ))}
              </div>
              {rows.map((row) => (
                <Row row={row} />
              ))}
            </div>
          ))}
      </form>
      {isPacked && (
        <noscript>
          <p>
            <a href={wholePath}>Show a cell for each</a>
          </p>
        </noscript>
      )}
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
        {calendar?.blocks !== undefined && calendar.missing > 0 && (
          <span>
            <i class="cell gap" />
            missing
          </span>
        )}
      </p>
    </>
  );
}

/** Which are missing: none of their names breaks. */
function Missing({ says }: { readonly says: string }) {
  return (
    <p class="missing">
      {says.split(/(, | to |: )/).map((part, i) => (i === 0 || i % 2 === 1 ? part : <span class="whole">{part}</span>))}
    </p>
  );
}

/** Cells for browser/grid.js: names, and what each is of all kinds that there are: its class, and what it says. */
function packedCells(marks: readonly PartitionMark[], now: number) {
  const kinds = new Map<string, number>();
  const cells = marks.map((mark) => {
    const kind = `${classOf(mark, now)}|${said(mark, now)}`;
    const at = kinds.get(kind) ?? kinds.size;
    kinds.set(kind, at);
    return at.toString(36);
  });
  return {
    "data-names": packNames(marks.map(({ partition }) => partition)),
    "data-kinds": [...kinds.keys()].join("\n"),
    "data-cells": cells.join(" "),
  };
}

function classOf({ timestamp, failing }: PartitionMark, now: number): string {
  const age = (ages.find(({ days }) => now - timestamp <= days * day) ?? ages[3]).name;
  return failing ? `${age} failing` : age;
}

function said({ timestamp, failing, materializations }: PartitionMark, now: number): string {
  return `${ago(timestamp, now)}${failing ? ", a check fails" : ""}${materializations > 1 ? `, ${materializations.toLocaleString("en")} times` : ""}`;
}

/** The more cells, the smaller. */
function density(count: number): string {
  return count <= 120 ? "large" : count <= 1000 ? "medium" : "small";
}
