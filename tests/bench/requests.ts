import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { count } from "./count.ts";

/** The requests that a load goes through again and again, in a file of lines (path, tab, body) for the load generator. */
export interface Load {
  readonly name: string;
  readonly file: string;
  /** Every asset that a request of it names, `/` between the parts. */
  readonly assetKeys: readonly string[];
  /** What a server that keeps events starts with a copy of; without it, with an empty file. */
  readonly filled?: FilledFile;
}

export interface FilledFile {
  readonly file: string;
  readonly events: number;
}

/** Of the spread load. */
export const assetKeys = Array.from({ length: 10_000 }, (_, index) => `warehouse/table_${index}`);
export const partitions = Array.from({ length: 28 }, (_, index) => `2026-11-${String(index + 1).padStart(2, "0")}`);
/** Enough that a connection of 256 has 200 of its own, so that the connections don't walk in step over the same keys. */
const spreadRequests = 51_200;

/** The last one only where there is a filled file. */
export function writeLoads(folder: string, filled: FilledFile | undefined): readonly Load[] {
  const random = mulberry32(20_261_123);
  const spread = Array.from({ length: spreadRequests }, () => {
    const key = assetKeys[Math.floor(random() * assetKeys.length)] ?? "";
    return request(key, partitions[Math.floor(random() * partitions.length)] ?? "");
  });
  const oneKey = "warehouse/orders";
  const oneLoad = {
    name: "one key",
    file: write(join(folder, "one.tsv"), [request(oneKey, "2026-11-23")]),
    assetKeys: [oneKey],
  };
  const spreadLoad = {
    name: `${count(assetKeys.length)} assets x ${partitions.length} partitions`,
    file: write(join(folder, "spread.tsv"), spread),
    assetKeys,
  };
  if (filled === undefined) return [oneLoad, spreadLoad];
  return [oneLoad, spreadLoad, { ...spreadLoad, name: `the same, on ${count(filled.events)} events`, filled }];
}

function write(file: string, lines: readonly string[]): string {
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

function request(key: string, partition: string): string {
  const body = {
    partition,
    data_version: "4f8c2e91",
    description: "Nightly rebuild of the orders table",
    metadata: { rows: 18_234, seconds: 41.7, source: "s3://lake/raw/orders/2026-11-23/part-0001.parquet" },
  };
  return `/report_asset_materialization/${key}\t${JSON.stringify(body)}`;
}

/** Seeded, so that every run and every contestant gets the same requests. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
