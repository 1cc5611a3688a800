/** A metadata value that is large within the default limits, as JSON text, and the type that a native report gives it. */
export interface LargeValue {
  readonly type: string;
  readonly json: () => string;
}

const repeated = (item: string, times: number) => `[${Array.from({ length: times }, () => item).join(",")}]`;

/** Objects as programs report them, `bytes` long all together. */
export function rowsOf(bytes: number): string {
  const rows: string[] = [];
  for (let size = 0; size < bytes; size += (rows.at(-1)?.length ?? 0) + 1) {
    rows.push(JSON.stringify({ i: rows.length, name: `row ${rows.length}`, v: rows.length / 7 }));
  }
  return `[${rows.join(",")}]`;
}

/** One row with so many columns. */
function row(columns: number): string {
  return `{${Array.from({ length: columns }, (_, i) => `"c${i}":${i}`).join(",")}}`;
}

/** A row of 30 columns, then 1.3 million rows without any. */
export const tableJson = () => `[${row(30)},${repeated("{}", 1_299_000).slice(1)}`;

export const largeValues = {
  table: { type: "table", json: tableJson },
  rows: { type: "json", json: () => rowsOf(3_900_000) },
  "rows-1mb": { type: "json", json: () => rowsOf(1_270_000) },
  numbers: { type: "json", json: () => repeated("1", 2_000_000) },
  nan: { type: "json", json: () => repeated("NaN", 1_000_000) },
  floats: { type: "json", json: () => repeated("1.0", 1_000_000) },
  columns: { type: "table", json: () => `[${row(100_000)}]` },
  deep: { type: "json", json: () => repeated("[".repeat(299) + "]".repeat(299), 6500) },
  text: { type: "text", json: () => `"${"word ".repeat(780_000)}"` },
  escapes: { type: "text", json: () => `"${"\\u00e9".repeat(650_000)}"` },
} as const satisfies Readonly<Record<string, LargeValue>>;

/** Many Markdown values, by entry: each is as long as a page shows. */
export const markdownValues = {
  "md-emphasis": () => markdown(200, () => "*_".repeat(9500)),
  "md-ampersands": () => markdown(150, () => "&".repeat(19_000)),
  "md-nested": () => markdown(200, (i) => nestings[i % nestings.length] ?? ""),
} as const;

const nestings = [
  "**a *b ".repeat(2700),
  "[".repeat(9500) + "](x)".repeat(2300),
  "![".repeat(9500),
  `${">".repeat(300)} q\n`.repeat(60),
  Array.from({ length: 190 }, (_, i) => `${" ".repeat(i)}- i\n`).join(""),
  "`".repeat(9500) + "a`".repeat(4700),
  "|a".repeat(9500),
  "<a href='".repeat(2100),
];

function markdown(entries: number, text: (i: number) => string): string {
  const values = Array.from(
    { length: entries },
    (_, i) => `"v${i}":{"type":"md","raw_value":${JSON.stringify(text(i))}}`,
  );
  return `{${values.join(",")}}`;
}

/** The most metadata entries that one event may have, 3.9 MB of text all together. */
export const manyEntries = () =>
  `{${Array.from({ length: 10_000 }, (_, i) => `"entry${i}":"${"x".repeat(375)}"`).join(",")}}`;

/** A native report of the value; `more` is further fields, each with a comma behind it. */
export function nativeReport(asset: string, { type, json }: LargeValue, more = ""): string {
  return nativeEvent(asset, `{"value":{"type":"${type}","raw_value":${json()}}}`, more);
}

export function nativeEvent(asset: string, metadata: string, more = ""): string {
  return `{"type":"ASSET_MATERIALIZATION","asset_key":"${asset}",${more}"metadata":${metadata}}`;
}
