// How long after a commit a wait is answered, on the same server and on another one of the same database; and what
// waits cost the reports beside them: p99 of single reports and CPU for each, by turns with and without.
// Options: --waits 1000 --rounds 6 --seconds 4 --samples 300 --connections 4 --runtime bun
import { parseArgs } from "node:util";
import { type Runtime, startServer } from "../server.ts";
import { benchFolder } from "./bench-folder.ts";
import { Connection } from "./connection.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { median, percentile } from "./statistics.ts";
import { processCpu } from "./thread-cpu.ts";

const { values } = parseArgs({
  options: {
    waits: { type: "string", default: "1000" },
    rounds: { type: "string", default: "6" },
    seconds: { type: "string", default: "4" },
    samples: { type: "string", default: "300" },
    connections: { type: "string", default: "4" },
    runtime: { type: "string", default: "bun" },
  },
});
const count = positive("waits", values.waits);
const rounds = positive("rounds", values.rounds);
const seconds = positive("seconds", values.seconds);
const samples = positive("samples", values.samples);
const connections = positive("connections", values.connections);
const runtime: Runtime = values.runtime === "node" ? "node" : "bun";

/** Waits, each for a partition of an asset of its own, that ask again after every 408. */
class Waiting {
  readonly #connections: Connection[];
  /** Of each wait, when it was answered. */
  readonly #answers: Promise<number>[];
  #isOver = false;

  constructor(url: string, generation: string, many: number) {
    this.#connections = Array.from({ length: many }, () => new Connection(url));
    this.#answers = this.#connections.map((connection, i) => this.#wait(connection, `${generation}/${i}`));
  }

  /** When the wait for an asset was answered. */
  answer(i: number): Promise<number> {
    return this.#answers[i] ?? Promise.reject(new Error(`There is no wait ${i}.`));
  }

  close(): void {
    this.#isOver = true;
    for (const connection of this.#connections) connection.close();
  }

  async #wait(connection: Connection, key: string): Promise<number> {
    for (;;) {
      const { status, at } = await connection.send("GET", `/api/v1/wait?asset_key=${key}&partition=p`);
      if (status === 200) return at;
      if (status !== 408 && !this.#isOver) throw new Error(`A wait was answered ${status}.`);
    }
  }
}

/** Resolves once waits that were sent before it have been looked at. */
async function untilAllWait(url: string, generation: string, last: number): Promise<void> {
  const connection = new Connection(url);
  for (let i = 0; i < 3; i++) {
    const { status } = await connection.send("GET", `/api/v1/wait?asset_key=${generation}/${last}&partition=p&wait=0s`);
    if (status !== 408) throw new Error(`A look was answered ${status}.`);
  }
  connection.close();
}

/** Milliseconds from the acknowledgement of a report to the answer of the wait for it. */
async function delays(url: string, reportUrl: string, generation: string): Promise<readonly number[]> {
  const waiting = new Waiting(url, generation, count);
  await untilAllWait(url, generation, count - 1);
  const reporter = new Connection(reportUrl);
  const found: number[] = [];
  for (let i = 0; i < Math.min(samples, count); i++) {
    const { at } = await reporter.send("POST", `/report_asset_materialization/${generation}/${i}?partition=p`);
    found.push(Math.max(0, (await waiting.answer(i)) - at));
  }
  reporter.close();
  waiting.close();
  return found;
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds. */
  readonly cpu: number;
}

/** Reports of other assets, one after the other on each connection. */
async function reports(url: string, pid: number): Promise<Measured> {
  const latencies: number[] = [];
  const before = processCpu(pid);
  const started = performance.now();
  const reporting = Array.from({ length: connections }, async (_, i) => {
    const connection = new Connection(url);
    while (performance.now() - started < seconds * 1000) {
      const sent = performance.now();
      const { status, at } = await connection.send("POST", `/report_asset_materialization/busy/${i}?partition=p`);
      if (status !== 200) throw new Error(`A report was answered ${status}.`);
      latencies.push(at - sent);
    }
    connection.close();
  });
  await Promise.all(reporting);
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpu: ((processCpu(pid) - before) / latencies.length) * 1e6,
  };
}

const folder = benchFolder("wait");
const options = { databaseUrl: `file:${folder}/runless.db`, args: ["--max-streams", String(count + 100)] };
const server = await startServer(runtime, options);
const other = await startServer(runtime, options);
const pid = server.process.pid ?? 0;
const columns = (first: string, ...rest: readonly string[]) => [
  { name: first, isText: true },
  ...rest.map((name) => ({ name })),
];
const ms = (value: number) => value.toFixed(2);

const same = await delays(server.url, server.url, "same");
const across = await delays(other.url, server.url, "across");
await other.stop();
console.log(
  markdownTable(columns(`a wait among ${count}, on ${runtime}`, "p50 ms", "p99 ms", "most ms"), [
    ["on the same server", ms(median(same)), ms(percentile(same, 0.99)), ms(Math.max(...same))],
    ["on another server of the file", ms(median(across)), ms(percentile(across, 0.99)), ms(Math.max(...across))],
  ]),
);

const [without, beside]: [Measured[], Measured[]] = [[], []];
await reports(server.url, pid); // to warm it up
for (let round = 0; round < rounds; round++) {
  for (const isBeside of round % 2 === 0 ? [false, true] : [true, false]) {
    if (!isBeside) {
      without.push(await reports(server.url, pid));
      continue;
    }
    const waiting = new Waiting(server.url, `beside${round}`, count);
    await untilAllWait(server.url, `beside${round}`, count - 1);
    beside.push(await reports(server.url, pid));
    waiting.close();
  }
}
await server.stop();
const of = (measured: readonly Measured[], name: keyof Measured) => median(measured.map((one) => one[name]));
const names = ["perSecond", "p50", "p99", "cpu"] as const;
console.log(
  markdownTable(columns(`${connections} connections that report`, "a second", "p50 ms", "p99 ms", "CPU µs"), [
    ["nobody waits", ...names.map((name) => ms(of(without, name)))],
    [`${count} waits beside`, ...names.map((name) => ms(of(beside, name)))],
    ["ratio", ...names.map((name) => ms(of(beside, name) / of(without, name)))],
  ]),
);
