import { markdownTable } from "../markdown-table.ts";
import { cpuBound, megabytes, pastBounds } from "./bounds.ts";
import type { Measured } from "./measure-shape.ts";

const columns = [
  { name: "shape", isText: true },
  { name: "status" },
  { name: "main CPU s" },
  { name: "most" },
  { name: "bound s" },
  { name: "echo s" },
  { name: "busiest other s" },
  { name: "MB moved" },
  { name: "peak MB" },
  { name: "held ms" },
  { name: "report p99 ms: alone" },
  { name: "beside" },
  { name: "longest" },
  { name: "/health ms: alone" },
  { name: "beside" },
  { name: "within bounds", isText: true },
];

/** A Markdown table of one runtime's measurements. */
export function stallTable(measurements: readonly Measured[]): string {
  return markdownTable(columns, measurements.map(cells));
}

function cells(measured: Measured): readonly string[] {
  const {
    shape,
    status,
    mainSeconds,
    mostMainSeconds,
    busiestSeconds,
    echoSeconds,
    sentBytes,
    receivedBytes,
    peakBytes,
    beside,
  } = measured;
  const of = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? "";
  const past = pastBounds(measured);
  return [
    shape,
    String(status),
    mainSeconds.toFixed(3),
    mostMainSeconds.toFixed(3),
    cpuBound(measured).toFixed(3),
    echoSeconds.toFixed(4),
    busiestSeconds.toFixed(3),
    megabytes(sentBytes + receivedBytes),
    megabytes(peakBytes),
    of(beside?.beside.held, 0),
    of(beside?.alone.reportP99, 1),
    of(beside?.beside.reportP99, 1),
    of(beside?.beside.reportMost, 0),
    of(beside?.alone.health, 0),
    of(beside?.beside.health, 0),
    past.length === 0 ? "yes" : `no: ${past.map(({ says }) => says).join("; ")}`,
  ];
}
