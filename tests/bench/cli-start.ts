import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchFolder } from "./bench-folder.ts";
import { startListening } from "./listening.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { median } from "./statistics.ts";

// What it takes to start: CPU (user and system, of all threads) of the command line, and of the server until it is
// ready, by turns with a program of the same runtime that does nothing. `--against` names another built checkout,
// `--only` what the programs' names begin with, as "the server".

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    runtimes: { type: "string", default: "node,bun" },
    against: { type: "string" },
    only: { type: "string", default: "" },
  },
});
const rounds = positive("rounds", values.rounds);
const folder = benchFolder("start");
const here = join(import.meta.dir, "../..");
const server = await startListening("bun", ["adapters/bun.ts", "--port", "0", "--database-url", ":memory:"]);

interface Measured {
  readonly name: string;
  readonly runtime: string;
  readonly times: number[];
  /** Answers the CPU that it took, in milliseconds. */
  readonly run: () => Promise<number>;
}

const existing = join(folder, "existing.db");
await fillFile(existing);

const environment = { ...process.env, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, RUNLESS_URL: server.url };
let files = 0;

const programs = values.runtimes.split(",").flatMap((runtime) => [
  measured(runtime, "-e 0", ["-e", "0"]),
  ...checkouts().flatMap(([name, root]) => {
    const command = (...args: string[]) =>
      measured(runtime, `runless ${args.join(" ")}${name}`, [cli(runtime, root), ...args]);
    return [
      command("--help"),
      command("report", "a"),
      command("report-check", "a", "--check-name", "c", "--passed"),
      command("exec", "a", "--", "true"),
      command("events"),
      command("wait", "a", "--since", "0"),
      {
        name: `the server, until it is ready on a new file${name}`,
        runtime,
        times: [],
        run: () => startServer(runtime, root, join(folder, `${files++}.db`)),
      },
      {
        name: `the server, until it is ready on a file of 20,000 events${name}`,
        runtime,
        times: [],
        run: () => startServer(runtime, root, existing),
      },
    ].filter((program) => program.name.startsWith(values.only));
  }),
]);

for (let round = 0; round < rounds; round++) {
  for (const program of round % 2 === 0 ? programs : programs.toReversed()) program.times.push(await program.run());
}
await server.stop();

const rows = programs.map(({ name, runtime, times }) => {
  const idle = programs.find((other) => other.runtime === runtime)?.times ?? [];
  return [
    runtime,
    name,
    median(times).toFixed(0),
    Math.min(...times).toFixed(0),
    (median(times) / median(idle)).toFixed(2),
  ];
});
const columns = [
  { name: "runtime", isText: true },
  { name: "program", isText: true },
  { name: "CPU, median ms" },
  { name: "least" },
  { name: "x nothing" },
];
console.log(markdownTable(columns, rows));

function checkouts(): readonly (readonly [string, string])[] {
  return [["", here], ...(values.against === undefined ? [] : [[` (${values.against})`, values.against] as const])];
}

function cli(runtime: string, root: string): string {
  return join(root, runtime === "bun" ? "adapters/cli/runless.ts" : "dist/adapters/cli/runless.js");
}

function measured(runtime: string, name: string, args: readonly string[]): Measured {
  return {
    name,
    runtime,
    times: [],
    run: async () => {
      const child = Bun.spawn([runtime, ...args], {
        cwd: folder,
        env: environment,
        stdio: ["ignore", "ignore", "pipe"],
      });
      const said = await new Response(child.stderr).text();
      if ((await child.exited) !== 0) throw new Error(`${runtime} ${args.join(" ")}: ${said}`);
      return cpuOf(child);
    },
  };
}

async function fillFile(file: string): Promise<void> {
  const filling = await startListening("bun", ["adapters/bun.ts", "--port", "0", "--database-url", `file:${file}`]);
  const line = (i: number) =>
    `{"type":"ASSET_MATERIALIZATION","asset_key":["asset_${i % 200}"],"metadata":{"i":${i}}}\n`;
  const body = Array.from({ length: 20_000 }, (_, i) => line(i)).join("");
  const headers = { "content-type": "application/x-ndjson" };
  const answer = await fetch(`${filling.url}/api/v1/events`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  await filling.stop();
}

/** Starts a server on a file, and ends it as soon as it is ready. */
async function startServer(runtime: string, root: string, file: string): Promise<number> {
  const entry = join(root, runtime === "bun" ? "adapters/bun.ts" : "dist/adapters/node.js");
  const args = ["--port", "0", "--database-url", `file:${file}`];
  const child = Bun.spawn([runtime, entry, ...args], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  for await (const chunk of child.stdout) {
    output += new TextDecoder().decode(chunk);
    const url = /listening on (http:\/\/[^\s"]+)/.exec(output)?.[1];
    if (url === undefined) continue;
    while (!(await fetch(`${url}/ready`)).ok) await Bun.sleep(1);
    break;
  }
  child.kill("SIGKILL");
  await child.exited;
  return cpuOf(child);
}

function cpuOf(child: Bun.Subprocess): number {
  const { cpuTime } = child.resourceUsage() ?? {};
  return Number(cpuTime?.total ?? Number.NaN) / 1000;
}
