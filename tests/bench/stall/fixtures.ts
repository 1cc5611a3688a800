import { exchange } from "./exchange.ts";
import {
  type LargeValue,
  largeValues,
  manyEntries,
  markdownValues,
  nativeEvent,
  nativeReport,
  rowsOf,
} from "./large-values.ts";
import type { Target } from "./shape.ts";

/** What a database holds before a shape is asked of its server. Each is reported to a server, so that it is as servers make it. */
export const fixtures = {
  /** One event with a table of 1.3 million rows. */
  table: (target) => report(target, nativeReport("stall/table", largeValues.table)),
  /** An asset for each kind of large value. */
  values: async (target) => {
    for (const [name, value] of Object.entries<LargeValue>(largeValues)) {
      await report(target, nativeReport(`stall/${name}`, value));
    }
    await report(target, nativeEvent("stall/entries", manyEntries()));
    await report(
      target,
      nativeEvent("stall/description", "{}", `"description":${JSON.stringify("word ".repeat(200_000))},`),
    );
  },
  /** An asset for each way to write Markdown that is dear to render. */
  markdown: async (target) => {
    for (const [name, metadata] of Object.entries(markdownValues)) {
      await report(target, nativeEvent(`stall/${name}`, metadata()));
    }
  },
  /** Ten events of one asset, each with 1.27 MB of rows. */
  "ten-rows": async (target) => {
    for (let i = 0; i < 10; i++) {
      await report(target, nativeEvent("stall/ten", `{"sample":${rowsOf(1_270_000)}}`, `"partition":"p${i}",`));
    }
  },
  /** A thousand events of 25 kB. */
  "large-events": (target) =>
    importLines(target, 1000, (i) =>
      nativeEvent("stall/large", `{"sample":${rowsOf(25_000)}}`, `"partition":"p${i}",`),
    ),
  /** What a follower misses in a restart: 7,000 events of 1.5 kB. */
  "events-7000": (target) => importLines(target, 7000, event1500),
  /** An export of 62 MB. */
  "events-36000": (target) => importLines(target, 36_000, event1500),
  /** Keys as long as they may be, alike but for their ends. */
  "long-keys": (target) => importLines(target, 2000, (i) => nativeEvent(`${"a".repeat(8000)}/${i}`, "{}")),
  /** 200,000 assets, a tenth of them with a check that fails for one in five. */
  assets: async (target) => {
    await importLines(target, 200_000, (i) => nativeEvent(`lake/team${i % 40}/table${i}`, `{"rows":${i}}`));
    await importLines(target, 20_000, (i) => {
      const key = `lake/team${(i * 10) % 40}/table${i * 10}`;
      return `{"type":"ASSET_CHECK_EVALUATION","asset_key":"${key}","check_name":"fresh","passed":${i % 5 !== 0}}`;
    });
  },
  /** An asset of 10,000 partitions. */
  partitions: (target) =>
    importLines(target, 10_000, (i) => nativeEvent("stall/wide", `{"rows":${i}}`, `"partition":"p${i}",`)),
  "partition-100000": (target) => importLines(target, 100_000, inOnePartition),
  "partition-600000": (target) => importLines(target, 600_000, inOnePartition),
} as const satisfies Readonly<Record<string, (target: Target) => Promise<void>>>;

export type FixtureName = keyof typeof fixtures;

const linesPerImport = 50_000;

function event1500(i: number): string {
  return nativeEvent("stall/followed", `{"x":"${"y".repeat(1500)}"}`, `"partition":"p${i}",`);
}

function inOnePartition(i: number): string {
  return nativeEvent("stall/wiped", `{"rows":${i}}`, '"partition":"all",');
}

function report(target: Target, body: string): Promise<void> {
  return post(target, "application/json", body);
}

async function importLines(target: Target, count: number, line: (i: number) => string): Promise<void> {
  for (let from = 0; from < count; from += linesPerImport) {
    const length = Math.min(linesPerImport, count - from);
    const lines = Array.from({ length }, (_, i) => `${line(from + i)}\n`).join("");
    await post(target, "application/x-ndjson", lines);
  }
}

async function post({ port }: Target, contentType: string, body: string): Promise<void> {
  const headers = { "content-type": contentType };
  const { status } = await exchange(port, { method: "POST", path: "/api/v1/events", headers, body: Buffer.from(body) });
  if (status !== 200) throw new Error(`Planting was answered with ${status}.`);
}
