import type { Row } from "./results.ts";

const head = [
  "load",
  "connections",
  "server",
  "requests/s",
  "p50 ms",
  "p99 ms",
  "of the Bun echo",
  "of the node echo",
  "p99 / commit p99",
  "not 2xx",
];

/** A Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.load,
    String(row.connections),
    row.server,
    row.perSecond.toLocaleString("en", { maximumFractionDigits: row.perSecond < 1000 ? 1 : 0 }),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    ratio(row.ofBunEcho),
    ratio(row.ofNodeEcho),
    row.p99OfCommit.toFixed(1),
    String(row.failed),
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number): boolean => column === 0 || column === 2;
  const write = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [write(head), write(rule), ...cells.map(write)].join("\n");
}

function ratio(value: number): string {
  if (Number.isNaN(value)) return "";
  return value < 0.01 ? value.toFixed(4) : value.toFixed(2);
}
