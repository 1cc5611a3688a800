// How fast NDJSON is imported over HTTP, beside EventLog.append alone on the same events, while single reports go on.
// Options: --lines 1000000 --runtime bun
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { type Runtime, startServer } from "../server.ts";
import { percentile } from "./statistics.ts";

const { values } = parseArgs({
  options: { lines: { type: "string", default: "1000000" }, runtime: { type: "string", default: "bun" } },
});
const lines = Number(values.lines);
const runtime: Runtime = values.runtime === "node" ? "node" : "bun";
const chunkLines = 500;

const parent = join(import.meta.dirname, "../../node_modules/.cache");
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(join(parent, "runless-import-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const appended = await appendAlone(Math.min(lines, 300_000));
console.log(`EventLog.append alone, in units of one event, ${chunkLines} a call: ${Math.round(appended)} events/s`);

const server = await startServer(runtime, { databaseUrl: `file:${join(folder, "import.db")}` });
const memory: number[] = [];
const latencies: number[] = [];
let running = true;
const reporting = reportMeanwhile();
const watching = watchMemory();
const began = performance.now();
const answer = await fetch(`${server.url}/api/v1/events`, {
  method: "POST",
  headers: { "content-type": "application/x-ndjson" },
  body: ndjson(),
});
const seconds = (performance.now() - began) / 1000;
running = false;
await Promise.all([reporting, watching]);
console.log(`${runtime}: ${await answer.text()}`);
await server.stop();

const rate = lines / seconds;
const half = Math.floor(memory.length / 2);
const megabytes = (values: readonly number[]) => Math.round(percentile(values, 0.5) / 1e6);
console.log(`${Math.round(rate)} lines/s over HTTP, ${(rate / appended).toFixed(2)} of append alone`);
console.log(
  `memory: ${megabytes(memory.slice(0, half))} MB in the first half, ${megabytes(memory.slice(half))} MB in the second`,
);
console.log(
  `single reports meanwhile: ${latencies.length} answered, p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms`,
);

function eventOf(i: number) {
  return materialization(["import", String(i % 1000)], {
    partition: `p${i % 28}`,
    metadata: { rows: i, source: "s3://bucket/file" },
  });
}

async function appendAlone(events: number): Promise<number> {
  const log = await openEventLog({ url: `file:${join(folder, "append.db")}` });
  const began = performance.now();
  for (let i = 0; i < events; i += chunkLines) {
    await log.append(Array.from({ length: chunkLines }, (_, j) => [{ event: eventOf(i + j) }]));
  }
  const rate = (events / (performance.now() - began)) * 1000;
  await log.close();
  return rate;
}

function ndjson(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= lines) return controller.close();
      let text = "";
      for (const end = Math.min(lines, sent + chunkLines); sent < end; sent++) {
        text += `{"type":"ASSET_MATERIALIZATION","asset_key":["import","${sent % 1000}"],"partition":"p${sent % 28}","metadata":{"rows":${sent},"source":"s3://bucket/file"}}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

async function reportMeanwhile(): Promise<void> {
  while (running) {
    const began = performance.now();
    const report = await fetch(`${server.url}/report_asset_materialization/single`, { method: "POST" });
    if (report.status !== 200) throw new Error(`A single report was answered ${report.status}: ${await report.text()}`);
    latencies.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The server's resident memory, from Linux's own accounts. */
async function watchMemory(): Promise<void> {
  while (running) {
    const status = await Bun.file(`/proc/${server.process.pid}/status`).text();
    memory.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
