import {
  type LargeValue,
  largeValues,
  manyEntries,
  markdownValues,
  nativeEvent,
  nativeReport,
  rowsOf,
} from "./large-values.ts";
import { posting, type Shape } from "./shape.ts";

const native = "/api/v1/events";
const compatible = "/report_asset_materialization/stall/reported";
const asset = "stall/reported";
const quickValues: readonly string[] = ["table", "rows-1mb", "numbers"];
const materialization = (fields: string) => `{"type":"ASSET_MATERIALIZATION","asset_key":"${asset}",${fields}}`;
const list = (length: number, item: (i: number) => string) => Array.from({ length }, (_, i) => item(i)).join(",");

const values = Object.entries<LargeValue>(largeValues).flatMap(([name, value]): Shape[] => [
  posting(`report-${name}`, native, () => nativeReport(asset, value), { quick: quickValues.includes(name) }),
  posting(`report-${name}-compatible`, compatible, () => `{"metadata":{"value":${value.json()}}}`, {
    quick: name === "table",
  }),
]);

const description = () => JSON.stringify("word ".repeat(200_000));

/** What one request reports at the limits, in each form that reports have. */
export const reportShapes: readonly Shape[] = [
  ...values,
  ...Object.entries(markdownValues).map(([name, metadata]) =>
    posting(`report-${name}`, native, () => nativeEvent(asset, metadata())),
  ),
  posting("report-entries", native, () => nativeEvent(asset, manyEntries())),
  posting("report-entries-compatible", compatible, () => `{"metadata":${manyEntries()}}`),
  posting("report-description", native, () => materialization(`"description":${description()}`)),
  posting("report-description-compatible", compatible, () => `{"description":${description()}}`),
  posting("report-table-16-partitions", native, () => {
    const partitions = `"partitions":[${list(16, (i) => `"p${i}"`)}],`;
    return nativeReport(asset, largeValues.table, partitions);
  }),
  posting(
    "report-10000-partitions",
    native,
    () => materialization(`"partitions":[${list(10_000, (i) => `"p${i}"`)}]`),
    {
      quick: true,
    },
  ),
  posting("report-200000-tags", native, () => materialization(`"tags":{${list(200_000, (i) => `"tag-nr-${i}":""`)}}`)),
  posting(
    "array-10000",
    native,
    () => `[${list(10_000, (i) => `{"type":"ASSET_MATERIALIZATION","asset_key":"stall/array/${i}"}`)}]`,
    {
      quick: true,
    },
  ),
  posting("array-large-values", native, () => {
    // Three of 1.3 MB.
    return `[${list(3, () => nativeEvent(asset, `{"value":${rowsOf(1_270_000)}}`))}]`;
  }),
  posting(
    "define-100000",
    "/api/v1/definitions?source=stall",
    () => {
      const freshness = '"freshness":{"type":"time_window","fail_window":"2h","warn_window":"1h"}';
      return `{"assets":[${list(100_000, (i) => `{"key":"stall/defined/${i}","group":"g${i % 10}",${freshness}}`)}]}`;
    },
    { method: "PUT", once: true },
  ),
  // From strangers: nobody needs a token for it.
  posting("form-2-million-fields", "/sign-in", () => "a&".repeat(2_000_000), {
    contentType: "application/x-www-form-urlencoded",
    quick: true,
  }),
  posting("form-escapes", "/sign-in", () => `token=${"%41".repeat(1_300_000)}`, {
    contentType: "application/x-www-form-urlencoded",
  }),
];

const lines = { kind: "stream", contentType: "application/x-ndjson" } as const;

/** Imports. */
export const importShapes: readonly Shape[] = [
  posting("ndjson-bad-lines", native, () => "{}\n".repeat(1_333_000), lines),
  posting("ndjson-x-lines", native, () => "x\n".repeat(2_000_000), lines),
  posting("ndjson-4mb", native, () => smallLines(4_000_000), { ...lines, quick: true }),
  posting("ndjson-50mb", native, () => smallLines(50_000_000), lines),
  posting("ndjson-large-lines", native, () => `${nativeReport(asset, largeValues.table)}\n`.repeat(3), lines),
];

function smallLines(bytes: number): string {
  const texts: string[] = [];
  for (let size = 0; size < bytes; size += texts.at(-1)?.length ?? 0) {
    const metadata = `{"rows":${texts.length},"source":"s3://lake/raw/orders"}`;
    texts.push(`${nativeEvent(`stall/lines/${texts.length % 1000}`, metadata)}\n`);
  }
  return texts.join("");
}
