import { markdownTable } from "./markdown-table.ts";
import type { Row } from "./results.ts";

const columns = [
  { name: "load", isText: true },
  { name: "connections" },
  { name: "server", isText: true },
  { name: "requests/s" },
  { name: "CPU µs" },
  { name: "p50 ms" },
  { name: "p99 ms" },
  { name: "of the Bun echo" },
  { name: "of the node echo" },
  { name: "of the other" },
  { name: "CPU of the other" },
  { name: "p99 / commit p99" },
  { name: "p99 / busy commit p99" },
  { name: "not 2xx" },
];

/** A Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.load,
    String(row.connections),
    row.server,
    row.perSecond.toLocaleString("en", { maximumFractionDigits: row.perSecond < 1000 ? 1 : 0 }),
    Number.isNaN(row.cpuMicroseconds) ? "" : row.cpuMicroseconds.toFixed(1),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    ratio(row.ofBunEcho),
    ratio(row.ofNodeEcho),
    ratio(row.ofOther),
    ratio(row.cpuOfOther),
    row.p99OfCommit.toFixed(1),
    Number.isNaN(row.p99OfBusyCommit) ? "" : row.p99OfBusyCommit.toFixed(1),
    String(row.failed),
  ]);
  // Without another checkout, its columns say nothing.
  const isSaid = columns.map(({ name }, i) => !name.endsWith("the other") || cells.some((row) => row[i] !== ""));
  const said = <Item>(items: readonly Item[]) => items.filter((_, i) => isSaid[i]);
  return markdownTable(said(columns), cells.map(said));
}

function ratio(value: number): string {
  if (Number.isNaN(value)) return "";
  return value < 0.01 ? value.toFixed(4) : value.toFixed(2);
}
