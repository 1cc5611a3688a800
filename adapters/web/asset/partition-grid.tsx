/** @jsxImportSource hono/jsx */

import { compareCodePoints } from "../../../core/asset-key.ts";
import type { FreshnessState } from "../../../core/freshness/index.ts";
import type { AssetKey } from "../../../core/index.ts";
import type { PartitionMark, Subject } from "../../../storage/index.ts";
import { type Calendar, type CalendarRow, calendarOf, headOf } from "../browser/calendar.js";
import { assetPath } from "../parts/asset-path.ts";
import { freshnessWords } from "../parts/freshness.tsx";
import { cut, visibleName } from "../parts/visible-text.ts";
import type { RangeName } from "./asset-history.ts";
import type { ExpectedView } from "./expected-view.ts";
import {
  ages,
  cellClass,
  cellSize,
  cellText,
  isLate,
  lateClass,
  lateText,
  type PartitionSubjects,
  packedCells,
} from "./partition-cells.ts";

interface PartitionGridProps {
  readonly assetKey: AssetKey;
  readonly marks: readonly PartitionMark[];
  /** What the definition expects; undefined where none does, and gaps between days or hours look missing. */
  readonly expected: ExpectedView | undefined;
  readonly watched: PartitionSubjects;
  readonly selected: string | undefined;
  readonly now: number;
  /** The address of the same page with an element for each cell; undefined if this is that page. */
  readonly wholePath: string | undefined;
  /** The range of the page. The links of cells keep it. */
  readonly range: RangeName;
}

/**
 * A cell for each partition. Names that are days or hours are in a calendar, whose gaps are hollow; other names are one
 * after the other. The colour of a cell shows how long ago it was materialized, and a cross that a check of it fails. One
 * cell can be reached by Tab; the page's script moves between cells by arrow keys. A click selects a partition. The
 * script makes the cells if there are thousands: they would be most of the page.
 */
export function PartitionGrid(props: PartitionGridProps) {
  const { assetKey, marks, expected, watched, selected, now, wholePath, range } = props;
  const path = assetPath(assetKey);
  const size = cellSize(marks.length);
  const isPacked = wholePath !== undefined && size === "small";
  const missing = isPacked ? [] : (expected?.missing ?? []);
  const names = namesOf(marks, missing);
  const calendar = calendarOf(names);
  const hasBlocks = calendar?.blocks !== undefined;
  return (
    <>
      {expected === undefined ? (
        calendar !== undefined && <Irregular calendar={calendar} />
      ) : (
        <Expected expected={expected} />
      )}
      <Late watched={watched} />
      <form
        action={`${path.split("?")[0]}#partition`}
        class={`grid ${size}${hasBlocks ? ` calendar ${calendar.unit}` : ""}`}
        id="grid"
        {...(isPacked && packedCells(marks, now, watched))}
        data-chosen={isPacked ? selected : undefined}
      >
        {range !== "all" && <input type="hidden" name="range" value={range} />}
        {path.includes("?") && <input type="hidden" name="asset_key" value={JSON.stringify(assetKey)} />}
        {!isPacked && <Cells {...{ marks, names, calendar, watched, selected, now }} />}
      </form>
      {isPacked && (
        <noscript>
          <p>
            <a href={wholePath}>Show a cell for each</a>
          </p>
        </noscript>
      )}
      <Legend
        hasGaps={missing.length > 0 || (hasBlocks && calendar.missing > 0)}
        hasLate={[...watched.values()].some(isLate)}
      />
    </>
  );
}

/** The names of cells in their order: that of names, as the partitions come, with what is missing between them. */
function namesOf(marks: readonly PartitionMark[], missing: readonly string[]): readonly string[] {
  const names = marks.map(({ partition }) => partition);
  return missing.length === 0 ? names : [...names, ...missing].sort(compareCodePoints);
}

/** What the calendar says of its gaps. Without a definition nobody knows whether something should be there. */
function looksMissing({ missing, says }: Calendar): string {
  return says.replace(" missing:", missing === 1 ? " looks missing:" : " look missing:");
}

/** Tells what breaks the order of days or hours: what looks missing, long gaps, and names of another form. */
function Irregular({ calendar }: { readonly calendar: Calendar }) {
  return (
    <>
      {calendar.missing > 0 && <Missing says={looksMissing(calendar)} />}
      {calendar.apart.map((says) => (
        <Missing says={says} />
      ))}
      <Named names={calendar.strays} word="of another form" />
    </>
  );
}

const mostSaid = 6;

/** Tells what the definition expects and is not there, and what it does not know. */
function Expected({ expected: { missing, unexpected } }: { readonly expected: ExpectedView }) {
  return (
    <>
      <Named names={missing} word="missing" />
      <Named names={unexpected} word="unexpected" />
    </>
  );
}

/** Tells which of the watched partitions are late, or will be soon. */
function Late({ watched }: Pick<PartitionGridProps, "watched">) {
  const namesOf = (state: FreshnessState) =>
    [...watched.values()].flatMap((subject) => (subject.state === state ? (subject.partition ?? []) : []));
  return (
    <>
      <Named names={namesOf("FAIL")} word={freshnessWords.FAIL} />
      <Named names={namesOf("WARN")} word={freshnessWords.WARN} />
    </>
  );
}

/** How many partitions something is true of, and the names of the last ones; nothing for none. */
function Named({ names, word }: { readonly names: readonly string[]; readonly word: string }) {
  if (names.length === 0) return null;
  const last = names.slice(-mostSaid).map((name) => visibleName(cut(name, 100)) || "(empty)");
  const count = names.length.toLocaleString("en");
  return <Missing says={`${count} ${word}: ${names.length > mostSaid ? "…, " : ""}${last.join(", ")}`} />;
}

/** Tells which partitions are missing. No line breaks within a name. */
function Missing({ says }: { readonly says: string }) {
  return (
    <p class="missing">
      {says.split(/(, | to |: )/).map((part, i) => (i === 0 || i % 2 === 1 ? part : <span class="whole">{part}</span>))}
    </p>
  );
}

interface CellsProps extends Pick<PartitionGridProps, "marks" | "watched" | "selected" | "now"> {
  /** Those of the marks, and of what is missing. */
  readonly names: readonly string[];
  readonly calendar: Calendar | undefined;
}

function Cells({ marks, names, calendar, watched, selected, now }: CellsProps) {
  const focused = selected ?? marks[0]?.partition;
  const ofName = new Map(marks.map((mark) => [mark.partition, mark]));
  const Cell = ({ mark }: { readonly mark: PartitionMark }) => (
    // biome-ignore lint/a11y/useButtonType: it submits, as a button does by itself; thousands need not say so
    <button
      name="partition"
      value={mark.partition}
      class={cellClass(mark, now, watched)}
      title={`${visibleName(cut(mark.partition, 100)) || "(empty)"}: ${cellText(mark, now, watched)}`}
      aria-pressed={mark.partition === selected ? "true" : undefined}
      tabindex={mark.partition === focused ? undefined : -1}
    />
  );
  if (calendar?.blocks === undefined) {
    return (
      <>
        {names.map((name) => {
          const mark = ofName.get(name);
          return mark === undefined ? <Gap name={name} subject={watched.get(name)} /> : <Cell mark={mark} />;
        })}
      </>
    );
  }
  const Row = ({ row: { label, lead, cells } }: { readonly row: CalendarRow }) => (
    <div class="row">
      <span>{label}</span>
      {Array.from({ length: lead }, () => (
        <i />
      ))}
      {cells.map((name) => {
        const mark = name === null ? undefined : ofName.get(name);
        if (mark !== undefined) return <Cell mark={mark} />;
        const subject = name === null ? undefined : watched.get(name);
        return subject !== undefined && isLate(subject) ? (
          <Gap name={name ?? ""} subject={subject} />
        ) : (
          <i class="gap" />
        );
      })}
    </div>
  );
  return (
    <>
      {calendar.blocks().map(({ label, rows, isOther = false }) => (
        <div class="block">
          <div class="row head">
            <b>{label}</b>
            {!isOther && headOf(calendar.unit).map((text) => <span>{text}</span>)}
          </div>
          {rows.map((row) => (
            <Row row={row} />
          ))}
        </div>
      ))}
    </>
  );
}

function Gap({ name, subject }: { readonly name: string; readonly subject: Subject | undefined }) {
  const title = `${visibleName(cut(name, 100)) || "(empty)"}: missing${lateText(subject)}`;
  return <i class={`gap${lateClass(subject)}`} title={title} />;
}

function Legend({ hasGaps, hasLate }: { readonly hasGaps: boolean; readonly hasLate: boolean }) {
  return (
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
      {hasGaps && (
        <span>
          <i class="cell gap" />
          missing
        </span>
      )}
      {hasLate && (
        <span>
          <i class="cell gap late" />
          late
        </span>
      )}
    </p>
  );
}
