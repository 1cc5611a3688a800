// Whether a server that is never left alone stays as it is: memory, descriptors and p99, slice by slice.
// Options: --minutes 1 --slices 12 --runtime bun
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Errand, runErrands } from "../durability/errands.ts";
import { distinctReports } from "../durability/reports.ts";
import { type Runtime, startServer } from "../server.ts";
import { benchFolder } from "./bench-folder.ts";
import { processStatus } from "./process-status.ts";
import { median, percentile } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    slices: { type: "string", default: "12" },
    runtime: { type: "string", default: "bun" },
  },
});
const runtime: Runtime = values.runtime === "node" ? "node" : "bun";
const slices = Number(values.slices);
const sliceSeconds = (Number(values.minutes) * 60) / slices;
const reporters = 16;
/** Between two errands of one kind, in milliseconds: enough that a file of half an hour is no file of a day. */
const pauses: Readonly<Record<Errand, number>> = {
  report: 10,
  reportTwice: 50,
  importLines: 250,
  readPages: 100,
  exportLines: 500,
  follow: 100,
  breakOff: 100,
};

const folder = benchFolder("soak");
const server = await startServer(runtime, { databaseUrl: `file:${join(folder, "soak.db")}` });
let latencies: number[] = [];
let isOver = false;
const working = Array.from({ length: reporters }, (_, i) => keepReporting(`reporter-${i}`));
for (const errand of Object.keys(pauses) as Errand[]) working.push(keepRunning(errand)); // its very keys
const failed = Promise.all(working).then(() => new Promise<never>(() => {}));

const rows: { reports: number; p99: number; megabytes: number; descriptors: number }[] = [];
console.log("| minute | reports | p99 ms | memory MB | descriptors |\n|---:|---:|---:|---:|---:|");
for (let slice = 1; slice <= slices; slice++) {
  latencies = [];
  const seen: ReturnType<typeof processStatus>[] = [];
  const watching = setInterval(() => seen.push(processStatus(server.process.pid ?? 0)), 250);
  await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, sliceSeconds * 1000))]);
  clearInterval(watching);
  const row = {
    reports: latencies.length,
    p99: percentile(latencies, 0.99),
    megabytes: median(seen.map(({ resident }) => resident)) / 1e6,
    descriptors: median(seen.map(({ descriptors }) => descriptors)),
  };
  rows.push(row);
  const minute = ((slice * sliceSeconds) / 60).toFixed(1);
  console.log(
    `| ${minute} | ${row.reports} | ${row.p99.toFixed(1)} | ${row.megabytes.toFixed(0)} | ${row.descriptors} |`,
  );
}
isOver = true;
await Promise.all(working);
await server.stop();

// What comes first warms up. Beside a busy neighbour a p99 of few milliseconds doubles by itself.
const rest = rows.slice(Math.ceil(slices / 6));
const third = Math.ceil(rest.length / 3);
const limits = {
  megabytes: (early: number) => early * 1.25,
  descriptors: (early: number) => early * 1.1,
  p99: (early: number) => early * 2 + 10,
};
const verdicts = (["megabytes", "descriptors", "p99"] as const).map((name) => {
  const early = median(rest.slice(0, third).map((row) => row[name]));
  const late = median(rest.slice(-third).map((row) => row[name]));
  const isFlat = late <= limits[name](early);
  console.log(`${name}: ${early.toFixed(1)} early, ${late.toFixed(1)} late: ${isFlat ? "flat" : "NOT FLAT"}`);
  return isFlat;
});
const isLongEnough = Number(values.minutes) >= 5;
if (!isLongEnough) console.log("That is too short to judge by: it shows that the clients get through.");
process.exit(!isLongEnough || verdicts.every((isFlat) => isFlat) ? 0 : 1);

async function keepReporting(name: string): Promise<void> {
  const errands = await runErrands(server.url, distinctReports(name));
  while (!isOver) {
    const began = performance.now();
    await errands.report();
    latencies.push(performance.now() - began);
    await pause(pauses.report);
  }
}

async function keepRunning(errand: Errand): Promise<void> {
  const errands = await runErrands(server.url, distinctReports(errand));
  while (!isOver) {
    await errands[errand]();
    await pause(pauses[errand]);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
