const megabyte = 1 << 20;

function repeated(text: string, bytes: number): string {
  return Array(Math.floor(bytes / (text.length + 1)))
    .fill(text)
    .join(",");
}

function each(count: number, write: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => write(i)).join(",");
}

const row = (i: number) => `{"i":${i},"name":"row ${i}","v":0.142857142857}`;

/** Values of one metadata entry, as JSON: what is large in reports, and what costs most to read. */
export const shapes: Readonly<Record<string, () => string>> = {
  "a row of 30 columns, 1.3 million {}": () => `[{${each(30, (i) => `"c${i}":${i}`)}},${repeated("{}", 3.9e6)}]`,
  "1.27 MB of rows": () => `[${each(26_000, row)}]`,
  "the same, as Python writes it": () => `[${each(26_000, row).replaceAll(":", ": ").replaceAll(",", ", ")}]`,
  "the same, names not sorted": () =>
    `[${each(26_000, (i) => `{"id":${i},"value":0.142857142857,"name":"row ${i}"}`)}]`,
  "4,000 rows of 30 columns": () => `[${each(4000, (r) => `{${each(30, (i) => `"column_${i}":${r * i}`)}}`)}]`,
  "4 MB of floats": () => `[${each(205_000, (i) => String(Math.sin(i)))}]`,
  "4 MB of NaN": () => `[${repeated("NaN", 4 * megabyte)}]`,
  "two million ints": () => `[${repeated("1", 4 * megabyte)}]`,
  "one object with 100,000 names": () => `{${each(100_000, (i) => `"name${(i * 7919) % 100_000}":${i}`)}}`,
  "300 levels deep": () => `[${repeated("[".repeat(300) + "]".repeat(300), 2 * megabyte)}]`,
  "a string of 1 MB": () => `["${"x".repeat(megabyte)}"]`,
  "the same, with escapes": () => `["${'x\\n\\"é'.repeat(megabyte / 6)}"]`,
  "the same, all escaped": () => `["${"\\u00e9".repeat(megabyte / 6)}"]`,
};

/** A report's body. The last shape is no value, but has many. */
export function bodyOf(shape: string): string {
  if (shape === manyEntries) {
    return `{"metadata":{${each(10_000, (i) => `"entry ${i}":${i % 3 === 0 ? `{"a":[${i}]}` : `"text ${i}"`}`)}}}`;
  }
  return `{"metadata":{"value":${shapes[shape]?.()}}}`;
}

export const manyEntries = "10,000 metadata entries";
