// How long reads take as the log grows around them. Options: --sizes 10000,1000000 --runs 200
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { materialization } from "../../core/index.ts";
import { type EventLog, openEventLog } from "../../storage/index.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({
  options: { sizes: { type: "string", default: "10000,1000000,10000000" }, runs: { type: "string", default: "200" } },
});
const sizes = values.sizes.split(",").map(Number);
const runs = Number(values.runs);
const eventsPerUnit = 1000;

const parent = join(import.meta.dirname, "../../node_modules/.cache");
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(join(parent, "runless-reads-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(1));

const file = join(folder, "runless.db");
const log = await openEventLog({ url: `file:${file}` });

/** What is asked, of probe assets whose own history is the same at every size. */
const questions: Readonly<Record<string, (log: EventLog) => Promise<unknown>>> = {
  "newest 50 events": (log) => log.query({}, { limit: 50, order: "desc" }),
  "an asset's latest": (log) => log.asset(["probe", "one"]),
  "50 materializations of a partition": (log) =>
    log.query(
      { assetKey: ["probe", "one"], type: "ASSET_MATERIALIZATION", partition: "p0" },
      { limit: 50, order: "desc" },
    ),
  "100 assets by prefix": (log) => log.assets({ prefix: ["probe", "many"] }, { limit: 100 }),
  "1,000 partitions of an asset": (log) => log.partitions(["probe", "wide"], { limit: 1000 }),
};

await append(Array.from({ length: 1000 }, (_, i) => materialization("probe/one", { partition: `p${i % 10}` })));
await append(Array.from({ length: 1000 }, (_, i) => materialization("probe/wide", { partition: `p${i}` })));
await append(Array.from({ length: 200 }, (_, i) => materialization(["probe", "many", String(i)])));

let size = 2200;
const columns: number[][] = [];
for (const wanted of sizes) {
  const began = performance.now();
  const before = size;
  for (; size < wanted; size += eventsPerUnit) await append(noise(size));
  const seconds = (performance.now() - began) / 1000;
  const megabytes = Math.round(statSync(file).size / 1e6);
  console.log(`${wanted} events, ${megabytes} MB; ${Math.round((size - before) / seconds)} appended a second`);
  columns.push(await measure());
}
await log.close();

console.log(`\n| median in ms, warm | ${sizes.map((n) => n.toLocaleString("en")).join(" | ")} | last / first |`);
console.log(`|---|${sizes.map(() => "---:|").join("")}---:|`);
for (const [i, question] of Object.keys(questions).entries()) {
  const times = columns.map((column) => column[i] ?? Number.NaN);
  const growth = (times.at(-1) ?? Number.NaN) / (times[0] ?? Number.NaN);
  console.log(`| ${question} | ${times.map((time) => time.toFixed(3)).join(" | ")} | ${growth.toFixed(2)} |`);
}

async function append(events: readonly ReturnType<typeof materialization>[]): Promise<void> {
  await log.append([events.map((event) => ({ event }))]);
}

/** 10,000 assets x 28 partitions, in an order that repeats only after all of them. */
function noise(from: number) {
  return Array.from({ length: eventsPerUnit }, (_, i) => {
    const n = ((from + i) * 7919) % 280_000;
    return materialization(["noise", String(n % 10_000)], {
      partition: `p${Math.floor(n / 10_000)}`,
      metadata: { rows: n },
    });
  });
}

async function measure(): Promise<number[]> {
  const medians: number[] = [];
  for (const ask of Object.values(questions)) {
    const times: number[] = [];
    for (let i = 0; i < runs + 20; i++) {
      const began = performance.now();
      await ask(log);
      if (i >= 20) times.push(performance.now() - began); // the first ones warm the cache
    }
    medians.push(median(times));
  }
  return medians;
}
