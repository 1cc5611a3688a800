// What becomes of memory, and of the reports that are let in, while more connections report than the server can take.
// Options: --connections 64,640,6400 --seconds 10 --queue-events 1000 --runtime bun
import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { type Runtime, startServer } from "../server.ts";
import { benchFolder } from "./bench-folder.ts";
import { processStatus } from "./process-status.ts";
import { writeLoads } from "./requests.ts";

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "64,640,6400" },
    seconds: { type: "string", default: "10" },
    "queue-events": { type: "string" },
    runtime: { type: "string", default: "bun" },
  },
});
const runtime: Runtime = values.runtime === "node" ? "node" : "bun";

const folder = benchFolder("overload");
const load = writeLoads(folder, undefined).find(({ name }) => name !== "one key");
if (load === undefined) throw new Error("There is no load.");
const server = await startServer(runtime, {
  databaseUrl: `file:${folder}/runless.db`,
  args: values["queue-events"] === undefined ? [] : ["--max-queue-events", values["queue-events"]],
});
const run = promisify(execFile);
const generator = new URL("load-patient.mjs", import.meta.url).pathname;
console.log("| connections | 200 a second | p50 ms | p99 ms | 503 a second | p99 ms | broken | most memory MB |");
console.log("|---:|---:|---:|---:|---:|---:|---:|---:|");
for (const connections of values.connections.split(",").map(Number)) {
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, processStatus(server.process.pid ?? 0).resident);
  }, 100);
  const order = { url: server.url, file: load.file, connections, seconds: Number(values.seconds), warmupSeconds: 2 };
  const { stdout } = await run("node", [generator, JSON.stringify(order)]);
  clearInterval(watching);
  const { admitted, refused, broken } = JSON.parse(stdout);
  const numbers = [admitted.perSecond, admitted.p50, admitted.p99, refused.perSecond, refused.p99, broken, most / 1e6];
  console.log(`| ${[connections, ...numbers].map((number) => Math.round(number)).join(" | ")} |`);
}
await server.stop();
