import {
  type LargeValue,
  largeValues,
  manyEntries,
  markdownValues,
  nativeEvent,
  nativeReport,
  rowsOf,
} from "./stall/large-values.ts";

const check = (i: number) =>
  `{"type":"ASSET_CHECK_EVALUATION","asset_key":"hard/checks","check_name":"c${i % 100}","partition":"p${Math.floor(i / 100)}","passed":false,"metadata":{"note":"${"x".repeat(200)}"}}`;
const many = (count: number, event: (i: number) => string) => [
  `[${Array.from({ length: count }, (_, i) => event(i)).join(",")}]`,
];
const text = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
const entries = (count: number, value: (i: number) => string) =>
  `{${Array.from({ length: count }, (_, i) => `"entry${i}":${value(i)}`).join(",")}}`;

/** Assets that are hard on their pages, by name: the bodies of `POST /api/v1/events` that report them. */
export const hardAssets: Readonly<Record<string, () => readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries<LargeValue>(largeValues).map(([name, value]) => [name, () => [nativeReport(`hard/${name}`, value)]]),
  ),
  ...Object.fromEntries(
    Object.entries(markdownValues).map(([name, metadata]) => [name, () => [nativeEvent(`hard/${name}`, metadata())]]),
  ),
  members: () => [
    nativeReport("hard/members", {
      type: "json",
      json: () => entries(100_000, String),
    }),
  ],
  ampersands: () => [
    nativeEvent(
      "hard/ampersands",
      entries(150, () => JSON.stringify({ type: "url", raw_value: `https://x/${text("&", 19_000)}` })),
    ),
  ],
  entries: () => [nativeEvent("hard/entries", manyEntries())],
  numbers10000: () => Array.from({ length: 20 }, () => nativeEvent("hard/numbers10000", entries(10_000, String))),
  description: () => [
    nativeEvent("hard/description", "{}", `"description":${JSON.stringify(text("word & ", 1_000_000))},`),
  ],
  tags: () => [nativeEvent("hard/tags", "{}", `"tags":${entries(1000, () => JSON.stringify(text("&", 900)))},`)],
  ten: () =>
    Array.from({ length: 10 }, (_, i) =>
      nativeEvent("hard/ten", `{"sample":${rowsOf(1_270_000)}}`, `"partition":"p${i}",`),
    ),
  middling: () =>
    many(100, (i) => nativeEvent("hard/middling", `{"sample":${rowsOf(40_000)}}`, `"partition":"p${i}",`)),
  partitions: () =>
    many(2000, (i) => nativeEvent("hard/partitions", "{}", `"partition":${JSON.stringify(text("é&", 900) + i)},`)),
  checks: () => many(10_000, check),
};
