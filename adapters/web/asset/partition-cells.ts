import { isBad } from "../../../core/events/freshness-change.ts";
import type { PartitionMark, Subject } from "../../../storage/index.ts";
import { ago } from "../browser/ago.js";
import { freshnessWords } from "../parts/freshness.tsx";

export const mostPartitions = 5000;
/** How much of the page the names of a grid may take, in characters of HTML. */
const mostNames = 60_000;

/** How many of the first of these cells fit the page; one at least. */
export function countCells(marks: readonly PartitionMark[], isWhole: boolean): number {
  const isPacked = !isWhole && cellSize(marks.length) === "small";
  let characters = 0;
  const end = marks.findIndex(({ partition }, i) => {
    characters += isPacked ? packedName(partition, marks[i - 1]?.partition ?? "").length : partition.length;
    return i > 0 && characters > mostNames;
  });
  return end === -1 ? marks.length : end;
}

/** The more cells, the smaller they are. */
export function cellSize(count: number): "large" | "medium" | "small" {
  return count <= 120 ? "large" : count <= 1000 ? "medium" : "small";
}

const day = 86_400_000;
/** The class of a cell by its age, which is at most so many days. */
export const ages = [
  { name: "r1", days: 1, text: "within a day" },
  { name: "r2", days: 7, text: "a week" },
  { name: "r3", days: 30, text: "a month" },
  { name: "r4", days: Number.POSITIVE_INFINITY, text: "before" },
] as const;

/** The freshness of the partitions that a policy watches, by name. */
export type PartitionSubjects = ReadonlyMap<string, Subject>;

export function cellClass({ partition, timestamp, failing }: PartitionMark, now: number, watched: PartitionSubjects) {
  const age = (ages.find(({ days }) => now - timestamp <= days * day) ?? ages[3]).name;
  return `${age}${failing ? " failing" : ""}${lateClass(watched.get(partition))}`;
}

/** What the tooltip of a cell says of its partition. */
export function cellText(mark: PartitionMark, now: number, watched: PartitionSubjects): string {
  const { partition, timestamp, failing, materializations } = mark;
  const times = materializations > 1 ? `, ${materializations.toLocaleString("en")} times` : "";
  return `${ago(timestamp, now)}${failing ? ", a check fails" : ""}${times}${lateText(watched.get(partition))}`;
}

export function isLate({ state }: Subject): boolean {
  return isBad(state);
}

/** The class of a cell whose partition is late, or will be soon. */
export function lateClass(subject: Subject | undefined): string {
  return subject?.state === "FAIL" ? " late" : subject?.state === "WARN" ? " late soon" : "";
}

export function lateText(subject: Subject | undefined): string {
  return subject !== undefined && isLate(subject) ? `, ${freshnessWords[subject.state]}` : "";
}

/** Cells as attributes for browser/grid.js: the names, the distinct kinds of cells, and the kind of each cell. */
export function packedCells(marks: readonly PartitionMark[], now: number, watched: PartitionSubjects) {
  const kinds = new Map<string, number>();
  const cells = marks.map((mark) => {
    const kind = `${cellClass(mark, now, watched)}|${cellText(mark, now, watched)}`;
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

/** The most characters that one digit can count. */
const mostShared = 35;

/**
 * Packs sorted names: for each, one digit tells how many characters it shares with the name before, and the rest follows,
 * percent-encoded. `2026-01-01` and `2026-01-02` are `02026-01-01 92`. Neighbours share most of their names, and Brotli
 * does not find that by itself. browser/unpack-names.js reads it.
 */
export function packNames(names: readonly string[]): string {
  return names.map((name, i) => packedName(name, names[i - 1] ?? "")).join(" ");
}

function packedName(name: string, before: string): string {
  let shared = 0;
  while (shared < mostShared && shared < name.length && name[shared] === before[shared]) shared++;
  // A pair of surrogates stays together, or the rest could not be encoded.
  if (/[\udc00-\udfff]/.test(name[shared] ?? "") && shared > 0) shared--;
  return shared.toString(36) + encodeURIComponent(name.slice(shared).toWellFormed());
}
