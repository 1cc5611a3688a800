// How fast NDJSON is imported over HTTP, beside EventLog.append alone on the same events, while single reports go on.
// Options: --lines 1000000 --runtime bun
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { everyRuntime, startServer } from "../server.ts";
import { appendAlone } from "./append-alone.ts";
import { benchFolder } from "./bench-folder.ts";
import { count } from "./count.ts";
import { environment } from "./environment.ts";
import { importedLine } from "./imported-event.ts";
import { endWithProcess } from "./listening.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { progressOf } from "./progress.ts";
import { type Reached, ratePerTenth } from "./rate-per-tenth.ts";
import { median, percentile } from "./statistics.ts";

const { values } = parseArgs({
  options: { lines: { type: "string", default: "1000000" }, runtime: { type: "string", default: "bun" } },
});
const lines = positive("lines", values.lines);
const runtime = everyRuntime.find((known) => known === values.runtime);
if (runtime === undefined) throw new Error(`--runtime must be ${everyRuntime.join(" or ")}. Got "${values.runtime}".`);
const folder = benchFolder("import");

const alone = await appendAlone(join(folder, "alone.db"), lines);
const databaseUrl = `file:${join(folder, "import.db")}`;
const server = endWithProcess(await startServer(runtime, { databaseUrl }));
const url = `${server.url}/api/v1/events`;
const megabytesAtStart = await residentMegabytes();

const began = performance.now();
const imported: Reached[] = [];
const megabytes: number[] = [];
const latencies: number[] = [];
let running = true;
const meanwhile = [watch(), reportSingly()];
const response = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/x-ndjson" },
  body: ndjson(),
});
imported.push({ seconds: seconds(), done: lines });
running = false;
await Promise.all(meanwhile);
const megabytesAtEnd = await residentMegabytes();
const answer = await response.text();
await server.stop();
if (!answer.startsWith(`{"received":${lines},"recorded":${lines},`)) {
  throw new Error(`The import was answered ${response.status}: ${answer}`);
}

const rates = [imported, alone].map((series) => [total(series), ...ratePerTenth(series, lines)]);
const [overHttp = [], appended = []] = rates;
const rows = overHttp.map((rate, i) => {
  const ofAlone = appended[i] ?? Number.NaN;
  return [i === 0 ? "all" : `tenth ${i}`, count(rate), count(ofAlone), (rate / ofAlone).toFixed(2)];
});
const columns = [
  { name: `of ${count(lines)} lines`, isText: true },
  { name: "lines/s over HTTP" },
  { name: "events/s, EventLog.append alone" },
  { name: "ratio" },
];
console.log(`
${markdownTable(columns, rows)}

Memory of the server on ${runtime} (RSS): ${count(megabytesAtStart)} MB at the start, ${quarters(megabytes).map(count).join(", ")} MB in the quarters (medians), ${count(megabytesAtEnd)} MB at the end.
Single reports meanwhile: ${count(latencies.length)} answered, p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms.
${environment()}`);

function seconds(): number {
  return (performance.now() - began) / 1000;
}

function total(series: readonly Reached[]): number {
  return lines / (series.at(-1)?.seconds ?? Number.NaN);
}

function quarters(samples: readonly number[]): readonly number[] {
  return [0, 1, 2, 3].map((i) => median(samples.slice((i * samples.length) / 4, ((i + 1) * samples.length) / 4)));
}

function ndjson(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= lines) return controller.close();
      let text = "";
      for (const end = Math.min(lines, sent + 500); sent < end; sent++) text += importedLine(sent);
      controller.enqueue(encoder.encode(text));
    },
  });
}

/** What the log holds, since what the client has sent may wait in the sockets between. */
async function watch(): Promise<void> {
  const progress = progressOf("lines imported", lines);
  while (running) {
    const newest = await (await fetch(`${url}?limit=1`)).text();
    const done = Number(/"id":(\d+)/.exec(newest)?.[1] ?? 0) - latencies.length;
    // What came after the last line was a single report.
    if (running && done < lines) imported.push({ seconds: seconds(), done });
    megabytes.push(await residentMegabytes());
    progress.at(done);
    await sleep(250);
  }
}

async function reportSingly(): Promise<void> {
  while (running) {
    const began = performance.now();
    const report = await fetch(`${server.url}/report_asset_materialization/single`, { method: "POST" });
    if (report.status !== 200) throw new Error(`A single report was answered ${report.status}: ${await report.text()}`);
    latencies.push(performance.now() - began);
    await sleep(50);
  }
}

/** From Linux's own accounts; NaN elsewhere. */
async function residentMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, "utf8").catch(() => "");
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}
