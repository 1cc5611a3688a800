import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The requests that a load goes through again and again, in a file of lines (path, tab, body) for the load generator. */
export interface Load {
  readonly name: string;
  readonly file: string;
  /** Every asset that a request of it names, `/` between the parts. */
  readonly assetKeys: readonly string[];
}

const assetKeys = Array.from({ length: 10_000 }, (_, index) => `warehouse/table_${index}`);
const partitions = 28;
/** Enough that a connection of 256 has 200 of its own, so that the connections don't walk in step over the same keys. */
const spreadRequests = 51_200;

export function writeLoads(folder: string): readonly Load[] {
  mkdirSync(folder, { recursive: true });
  const random = mulberry32(20_261_123);
  const spread = Array.from({ length: spreadRequests }, () => {
    const key = `warehouse/table_${Math.floor(random() * assetKeys.length)}`;
    return request(key, 1 + Math.floor(random() * partitions));
  });
  const oneKey = "warehouse/orders";
  return [
    { name: "one key", file: write(join(folder, "one.tsv"), [request(oneKey, 23)]), assetKeys: [oneKey] },
    { name: "10,000 assets x 28 partitions", file: write(join(folder, "spread.tsv"), spread), assetKeys },
  ];
}

function write(file: string, lines: readonly string[]): string {
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

function request(key: string, day: number): string {
  const body = {
    partition: `2026-11-${String(day).padStart(2, "0")}`,
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
