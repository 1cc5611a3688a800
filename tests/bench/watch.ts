// What watching costs: many definitions of which many are due at one moment, with single reports beside it; a log at
// rest; and a log that is far ahead when a server starts. Options: --definitions 100000 --due 10000 --rounds 4
// --behind 100000 --rest 30 --connections 4 --runtime bun
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import Database from "libsql";
import { materialization } from "../../core/index.ts";
import { openStores } from "../../storage/index.ts";
import { type RunningServer, type Runtime, startServer } from "../server.ts";
import { benchFolder } from "./bench-folder.ts";
import { Connection } from "./connection.ts";
import { commitName, environment } from "./environment.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { median, percentile } from "./statistics.ts";
import { processCpu } from "./thread-cpu.ts";

const { values } = parseArgs({
  options: {
    definitions: { type: "string", default: "100000" },
    due: { type: "string", default: "10000" },
    rounds: { type: "string", default: "4" },
    behind: { type: "string", default: "100000" },
    rest: { type: "string", default: "30" },
    connections: { type: "string", default: "4" },
    runtime: { type: "string", default: "bun" },
  },
});
const definitions = positive("definitions", values.definitions);
const due = positive("due", values.due);
const rounds = positive("rounds", values.rounds);
const behind = positive("behind", values.behind);
const rest = positive("rest", values.rest);
const connections = positive("connections", values.connections);
const runtime: Runtime = values.runtime === "node" ? "node" : "bun";

const second = 1000;
/** Between two moments at which subjects are due: half of it is without any. */
const between = 20;
const file = join(benchFolder("watch"), "runless.db");
const databaseUrl = `file:${file}`;

/** Assets of round r are due at the same moment, `first + r * between` seconds after they were defined. */
function documentOf(first: number): string {
  const assets = Array.from({ length: definitions }, (_, i) => {
    const round = Math.floor(i / due);
    const fail_window = round < rounds ? `${first + round * between}s` : "365d";
    return { key: `watch/${i}`, freshness: { type: "time_window", fail_window } };
  });
  return JSON.stringify({ assets });
}

interface Sample {
  readonly at: number;
  readonly took: number;
}

/** Single reports of an asset that nobody watches, until a moment. */
async function reportUntil(url: string, end: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  await Promise.all(
    Array.from({ length: connections }, async (_, i) => {
      const connection = new Connection(url);
      while (Date.now() < end) {
        const sent = performance.now();
        const { status, at } = await connection.send("POST", `/report_asset_materialization/busy/${i}`);
        if (status !== 200) throw new Error(`A report was answered ${status}.`);
        samples.push({ at: Date.now(), took: at - sent });
      }
      connection.close();
    }),
  );
  return samples;
}

function selectOne(sql: string, ...args: readonly number[]): Record<string, number> {
  const database = new Database(file, { readonly: true } as never); // the type lacks the option
  try {
    return (database.prepare(sql).get(...args) ?? {}) as Record<string, number>;
  } finally {
    database.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(50);
}

const columns = ["round", "decided", "all after s", "report p99 ms: alone", "meanwhile", "ratio"].map((name) => ({
  name,
}));

async function main(): Promise<void> {
  let server: RunningServer = await startServer(runtime, { databaseUrl });
  const url = server.url;
  const first = 60;
  const started = Date.now();
  const answer = await fetch(`${url}/api/v1/definitions?source=bench`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: documentOf(first),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  const put = Date.now();
  await until(() => (selectOne("SELECT count(*) AS n FROM subject").n ?? 0) === definitions);
  const swept = Date.now();
  const { defined = 0 } = selectOne("SELECT min(defined_at) AS defined FROM subject");
  console.error(`put in ${put - started} ms, all ${definitions} subjects after ${swept - put} ms more`);

  const rows: string[][] = [];
  const growth: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const moment = defined + (first + round * between) * second;
    if (Date.now() > moment - 6 * second) throw new Error("The subjects took longer than the first deadline.");
    await delay(moment - 6 * second - Date.now());
    const samples = await reportUntil(url, moment + (between / 2 - 2) * second);
    const range = [moment - 1, moment + between * second];
    const last = selectOne(
      "SELECT max(received_at) AS at, count(*) AS n FROM event WHERE kind = 5 AND timestamp BETWEEN ? AND ?",
      ...range,
    );
    const end = last.at ?? moment;
    const alone = samples.filter(({ at }) => at < moment).map(({ took }) => took);
    const beside = samples.filter(({ at }) => at >= moment && at <= end).map(({ took }) => took);
    growth.push(percentile(beside, 0.99) / percentile(alone, 0.99));
    rows.push([
      String(round + 1),
      String(last.n),
      ((end - moment) / second).toFixed(2),
      percentile(alone, 0.99).toFixed(2),
      percentile(beside, 0.99).toFixed(2),
      (growth.at(-1) ?? 0).toFixed(2),
    ]);
  }
  console.log(`\n${definitions} definitions, ${due} due at one moment, on ${runtime}:\n`);
  console.log(markdownTable(columns, rows));
  console.log(`\nMedian ratio ${median(growth).toFixed(2)}.`);

  await delay(12 * second);
  const before = processCpu(server.process.pid ?? 0);
  await delay(rest * second);
  const atRest = (processCpu(server.process.pid ?? 0) - before) / rest;
  console.log(`At rest the process takes ${(atRest * 100).toFixed(2)} % of a core.`);
  await server.stop();

  const stores = await openStores({ url: databaseUrl });
  for (let i = 0; i < behind; i += 1000) {
    const units = Array.from({ length: 1000 }, (_, j) => [
      { event: materialization(`watch/${(i + j) % definitions}`) },
    ]);
    await stores.log.append(units);
  }
  await stores.log.close();
  const { newest = 0 } = selectOne("SELECT max(id) AS newest FROM event");
  const { cursor = 0 } = selectOne("SELECT cursor FROM watcher");
  const before2 = Date.now();
  server = await startServer(runtime, { databaseUrl });
  await until(() => (selectOne("SELECT cursor FROM watcher").cursor ?? 0) >= newest);
  console.log(
    `${newest - cursor} events behind are caught up ${((Date.now() - before2) / second).toFixed(1)} s after the start of the server.`,
  );
  await server.stop();
  console.log(`\n${environment()}; the server is that of commit ${commitName(".")}.`);
}

await main();
