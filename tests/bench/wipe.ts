// What a wipe costs beside how much it wipes: the longest transaction, for which every report waits, and what is looked up
// before it. In CPU, of the process. Options: --events 600000,1200000; half of the events are of the wiped partition.
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkEvaluation, materialization, observation } from "../../core/index.ts";
import type { NewEvent, WipeTarget } from "../../storage/event-log.ts";
import { openEventLog } from "../../storage/index.ts";
import { openConnection } from "../../storage/libsql/connection.ts";
import { FileWriter } from "../../storage/libsql/file/file-writer.ts";
import { planWipe } from "../../storage/libsql/maintenance/wipe/plan-wipe.ts";
import { deleteHidden, findHidden } from "../../storage/libsql/maintenance/wipe/purge.ts";
import { wipe } from "../../storage/libsql/maintenance/wipe/wipe.ts";
import { type ReadSteps, readSteps } from "../../storage/libsql/read/read-steps.ts";
import { benchFolder } from "./bench-folder.ts";
import { count } from "./count.ts";
import { environment } from "./environment.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { progressOf } from "./progress.ts";

const { values } = parseArgs({ options: { events: { type: "string", default: "600000,1200000" } } });
const sizes = values.events.split(",").map((text) => positive("events", text));
const folder = benchFolder("wipe");
const eventsPerCall = 1000;
/** So many steps of what is deleted afterwards tell what each of them costs. */
const stepsMeasured = 200;

const rows: string[][] = [];
for (const size of sizes) {
  const file = join(folder, `${size}.db`);
  await fill(file, size);
  const targets: readonly (readonly [string, WipeTarget])[] = [
    ["half of it, one partition", { assetKey: ["wiped"], partition: "p" }],
    ["one of a hundred partitions", { assetKey: ["wiped"], partition: "q7" }],
    ["the latest event", { eventId: size }],
    ["the asset", { assetKey: ["wiped"] }],
  ];
  for (const [name, target] of targets) rows.push([count(size), name, ...(await measure(file, target))]);
}
const columns = ["events of the asset", "wiped", "looked up, all", "longest step", "transaction", "longest deletion"];
console.log(`
In ms of CPU:

${markdownTable(
  columns.map((name, i) => ({ name, isText: i === 1 })),
  rows,
)}

${environment()}`);

async function measure(file: string, target: WipeTarget): Promise<readonly string[]> {
  const copy = join(folder, "wiped.db");
  copyFileSync(file, copy);
  const client = await openConnection({ url: `file:${copy}` });
  const writer = new FileWriter(copy);
  const steps = timedSteps(readSteps({ file: copy, read: (work) => work(client) }));
  const [plan, planning] = await timed(() => planWipe(steps, target));
  if (typeof plan !== "object") throw new Error(`There was nothing to wipe of ${JSON.stringify(target)}.`);
  const [trace, transaction] = await timed(() => wipe(writer, plan, null, Date.now()));
  if (typeof trace !== "number") throw new Error(`The wipe came to ${trace}.`);
  let longestDeletion = 0;
  for (let step = 0; step < stepsMeasured; step++) {
    const [hidden] = await findHidden(client);
    if (hidden === undefined) break;
    const [, deletion] = await timed(() => deleteHidden(client, writer, hidden));
    longestDeletion = Math.max(longestDeletion, deletion);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await writer.close();
  client.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(copy + suffix, { force: true });
  return [planning, steps.longest(), transaction, longestDeletion].map((milliseconds) => milliseconds.toFixed(1));
}

function timedSteps({ scale, step }: ReadSteps): ReadSteps & { longest(): number } {
  let longest = 0;
  return {
    scale,
    longest: () => longest,
    step: (work) =>
      step(async (client) => {
        const [result, milliseconds] = await timed(() => work(client));
        longest = Math.max(longest, milliseconds);
        return result;
      }),
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

async function fill(file: string, size: number): Promise<void> {
  const log = await openEventLog({ url: `file:${file}` });
  const progress = progressOf("events filled in", size);
  for (let from = 0; from < size; from += eventsPerCall) {
    await log.append(Array.from({ length: Math.min(eventsPerCall, size - from) }, (_, i) => [nthEvent(from + i)]));
    progress.at(from);
  }
  await log.close();
}

/** Of every kind, half of them under idempotency keys; the newest is the latest. */
function nthEvent(n: number): NewEvent {
  const partition = n % 2 === 1 ? "p" : `q${(n >> 1) % 100}`;
  const kind = (n >> 1) % 20;
  const key = n % 4 < 2 ? { idempotencyKey: `k${n}` } : {};
  if (kind === 0) return { event: observation("wiped", { partition, dataVersion: `v${n}` }), ...key };
  if (kind > 1) return { event: materialization("wiped", { partition, metadata: { rows: n } }), ...key };
  return { event: checkEvaluation("wiped", { checkName: `c${(n >> 1) % 7}`, passed: true, partition }), ...key };
}
