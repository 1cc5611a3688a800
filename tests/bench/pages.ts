// What the pages weigh and cost as assets get more. Options: --assets 10,1000,10000 --events 100000 --runs 50
// With --hard: what pages of assets cost whose reports are hard on them, each in a log of its own. --only names some.
// With --hard-log: the pages of `npm run hard-log`.
// The issue's size: --assets 10000 --events 10000000, or --database-url file:… for a log that is filled already.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { assetPath } from "../../adapters/web/parts/asset-path.ts";
import { type AssetKey, checkEvaluation, materialization, observation, type RunlessEvent } from "../../core/index.ts";
import { type EventLog, type Maintenance, openEventLog } from "../../storage/index.ts";
import { testApp } from "../adapters/http/test-app.ts";
import { filesOf } from "../adapters/web/site.ts";
import { hardAssets } from "./hard-assets.ts";
import { hardPages, writeHardLog } from "./hard-log.ts";
import { median, percentile } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    assets: { type: "string", default: "10,1000,10000" },
    events: { type: "string", default: "100000" },
    runs: { type: "string", default: "50" },
    hard: { type: "boolean", default: false },
    "hard-log": { type: "boolean", default: false },
    only: { type: "string" },
    "database-url": { type: "string" },
  },
});
const { "database-url": given } = values;
const sizes = given === undefined ? values.assets.split(",").map(Number) : [0];
const wanted = Number(values.events);
const runs = Number(values.runs);
const eventsPerUnit = 1000;
const month = 30 * 86_400_000;

const parent = join(import.meta.dirname, "../../node_modules/.cache");
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(join(parent, "runless-pages-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(1));

const pages = (asset: AssetKey): Readonly<Record<string, string>> => ({
  catalog: "/",
  "catalog, latest first": "/?sort=latest",
  "catalog, failing first": "/?sort=state",
  "catalog, most reports first": "/?sort=reports",
  "catalog, failing": "/?state=failing",
  "catalog, stale for a day": "/?quiet=1",
  "catalog, search": "/?search=table7",
  "an asset": assetPath(asset),
  ...(given === undefined && { "an asset of 5,000 partitions": "/assets/lake/wide" }),
  events: "/events",
  checks: "/checks",
});

console.log("| page | assets | events | kB on the wire | with its files | kB of HTML | median ms | p95 ms | CPU ms |");
console.log("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
if (values["hard-log"]) await measureHardLog();
else if (values.hard) await measureHard(values.only?.split(",") ?? Object.keys(hardAssets));
else for (const size of sizes) await measureSize(size);

async function measureSize(size: number): Promise<void> {
  const log = await openEventLog({ url: given ?? `file:${join(folder, `${size}.db`)}` });
  if (given === undefined) await fill(log, size);
  const [first] = (await log.assets({}, { limit: 1 })).assets;
  const app = testApp({ log });
  for (const [name, path] of Object.entries(pages(first?.assetKey ?? []))) await measure(app, log, name, path);
  await log.close();
}

async function measureHardLog(): Promise<void> {
  const file = join(folder, "hard-log.db");
  await writeHardLog(file, Date.now());
  const log = await openEventLog({ url: `file:${file}` });
  const app = testApp({ log });
  for (const [name, path] of Object.entries(hardPages)) await measure(app, log, name, path);
  for (const range of ["24h", "7d", "30d"])
    await measure(app, log, `busy, ${range}`, `${hardPages.busy}?range=${range}`);
  await log.close();
}

async function measureHard(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const log = await openEventLog({ url: `file:${join(folder, `${name}.db`)}` });
    const app = testApp({ log });
    for (const body of hardAssets[name]?.() ?? []) {
      const headers = { "content-type": "application/json" };
      const response = await app.request("/api/v1/events", { method: "POST", headers, body });
      if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
    }
    const paths = [`/assets/hard/${name}`, "/events", "/events/1", "/", "/checks"];
    for (const path of paths) await measure(app, log, `${name} ${path}`, path);
    await log.close();
  }
}

async function measure(
  app: ReturnType<typeof testApp>,
  log: Pick<Maintenance, "stats">,
  name: string,
  path: string,
): Promise<void> {
  const { events: kinds, assets } = await log.stats();
  const events = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const times: number[] = [];
  let html = "";
  let started = process.cpuUsage();
  const warm = Math.min(5, runs);
  for (let i = 0; i < runs + warm; i++) {
    if (i === warm) started = process.cpuUsage();
    const began = performance.now();
    const response = await app.request(path, { headers: { "accept-encoding": "gzip" } });
    await response.arrayBuffer();
    if (i >= warm) times.push(performance.now() - began); // the first ones warm the cache
    if (i === 0) html = await (await app.request(path)).text();
  }
  const { user, system } = process.cpuUsage(started); // of all threads, whatever else the machine does
  const cells = [name, assets.toLocaleString("en"), events.toLocaleString("en")];
  const weights = [gzipSync(html).length, (await weightOfFiles(app, html)) + gzipSync(html).length, html.length].map(
    (bytes) => (bytes / 1000).toFixed(1),
  );
  console.log(
    `| ${[...cells, ...weights, median(times).toFixed(1), percentile(times, 0.95).toFixed(1), ((user + system) / 1000 / runs).toFixed(1)].join(" | ")} |`,
  );
}

/** What a browser loads with a page that comes for the first time, in bytes on the wire. */
async function weightOfFiles(app: ReturnType<typeof testApp>, html: string): Promise<number> {
  const files = filesOf(html).map(async (path) => {
    const response = await app.request(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return gzipSync(await response.text()).length;
  });
  return (await Promise.all(files)).reduce((sum, bytes) => sum + bytes, 0);
}

async function fill(log: EventLog, assets: number): Promise<void> {
  const start = Date.now() - month;
  const wide = Array.from({ length: 5000 }, (_, i) =>
    materialization("lake/wide", { partition: `p${i}`, timestamp: start + i }),
  );
  await append(log, wide);
  for (let at = wide.length; at < wanted; at += eventsPerUnit) {
    await append(
      log,
      Array.from({ length: eventsPerUnit }, (_, i) => eventAt(at + i, assets, start + ((at + i) / wanted) * month)),
    );
  }
}

async function append(log: EventLog, unit: readonly RunlessEvent[]): Promise<void> {
  await log.append([unit.map((event) => ({ event }))]);
}

/** Each asset has 28 partitions, observations and two checks; one asset in fifty fails. */
function eventAt(i: number, assets: number, timestamp: number): RunlessEvent {
  const n = (i * 7919) % (assets * 28);
  const asset = n % assets;
  const key = ["lake", `team${asset % 40}`, `table${asset}`];
  const turn = Math.floor(i / assets) % 8;
  if (turn === 3 || turn === 5) {
    const passed = asset % 50 !== 0;
    return checkEvaluation(key, { checkName: `check${turn}`, passed, timestamp, metadata: { rows: n } });
  }
  if (turn === 7) return observation(key, { timestamp, metadata: { rows: n } });
  return materialization(key, {
    timestamp,
    partition: `p${Math.floor(n / assets)}`,
    metadata: { rows: n, seconds: n / 7 },
  });
}
