// How many durable reports a second on each runtime, on a file and on a remote database at several distances. Options:
// npm run bench:remote -- [--runtimes bun,node] [--connections 256] [--rounds 2] [--seconds 4] [--warmup 1]
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { everyRuntime, type Runtime, runtimes, startServer } from "../server.ts";
import { benchFolder } from "./bench-folder.ts";
import { type Listening, startListening } from "./listening.ts";
import { defaultGenerator, type Measurement, measure } from "./load.ts";
import { type Load, writeLoads } from "./requests.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    runtimes: { type: "string", default: runtimes.join(",") },
    connections: { type: "string", default: "256" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "4" },
    warmup: { type: "string", default: "1" },
  },
});
const chosen = everyRuntime.filter((runtime) => values.runtimes.split(",").includes(runtime));
const settings = {
  generator: defaultGenerator,
  connections: Number(values.connections),
  seconds: Number(values.seconds),
  warmupSeconds: Number(values.warmup),
};

/** The delay is put before each request to the database and before each answer, in milliseconds. */
const places: readonly { readonly name: string; readonly delay?: number }[] = [
  { name: "file" },
  { name: "stand-in, no delay", delay: 0 },
  { name: "stand-in, 10 ms each way", delay: 10 },
  { name: "stand-in, 50 ms each way", delay: 50 },
];

const folder = benchFolder("remote");
const rows: (readonly string[])[] = [];
for (const load of writeLoads(folder, undefined)) {
  for (const place of places) {
    const cells: string[] = [];
    for (const runtime of chosen) cells.push(cell(await measureRounds(runtime, load, place.delay)));
    rows.push([load.name, place.name, ...cells]);
  }
}
const heads = ["load", "events are kept in", ...chosen.map((runtime) => `${runtime}: reports/s (p50, p99 ms)`)];
console.log(`\n${[heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")}`);
console.log(
  `\n${availableParallelism()} CPUs (${cpus()[0]?.model ?? "unknown"}), shared by load, server and stand-in; Bun ${Bun.version}, Node ${execFileSync("node", ["--version"], { encoding: "utf8" }).trim().slice(1)}; ` +
    `${settings.generator}, ${settings.connections} connections, ${values.rounds} rounds of ${settings.seconds} s, medians.`,
);

/** Each round has a server and a database of its own. */
async function measureRounds(runtime: Runtime, load: Load, delay: number | undefined): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const file = join(mkdtempSync(join(folder, "database-")), "runless.db");
    const standIn = delay === undefined ? undefined : await startStandIn(file, delay);
    const server = await startServer(runtime, { databaseUrl: standIn?.url ?? `file:${file}` });
    const measurement = await measure(server.url, load, settings);
    await assertRecorded(server.url, measurement.acknowledged);
    await server.stop();
    await standIn?.stop();
    measurements.push(measurement);
    console.error(`${load.name}, ${runtime}, ${delay ?? "file"}: ${Math.round(measurement.perSecond)} reports/s`);
  }
  return measurements;
}

function startStandIn(file: string, delay: number): Promise<Listening> {
  const serve = new URL("../remote/serve.ts", import.meta.url).pathname;
  return startListening(process.execPath, [serve, "--file", file, "--delay", String(delay)]);
}

async function assertRecorded(url: string, acknowledged: number): Promise<void> {
  const { events } = (await (await fetch(`${url}/api/v1/events?limit=1`)).json()) as { events: { id: number }[] };
  const newest = events[0]?.id ?? 0;
  if (newest < acknowledged) throw new Error(`${acknowledged} reports were acknowledged, and ${newest} are recorded.`);
}

function cell(measurements: readonly Measurement[]): string {
  const of = (name: "perSecond" | "p50" | "p99") => median(measurements.map((one) => one[name] ?? Number.NaN));
  const failed = measurements.reduce((sum, one) => sum + one.failed, 0);
  const perSecond = of("perSecond").toLocaleString("en", { maximumFractionDigits: 0 });
  return `${perSecond} (${of("p50").toFixed(1)}, ${of("p99").toFixed(1)})${failed === 0 ? "" : `, ${failed} failed`}`;
}
