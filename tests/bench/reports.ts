// How many durable reports a second, beside bare echoes and dagster-webserver. Options: see options.ts.
import { benchFolder } from "./bench-folder.ts";
import { medianLatency } from "./commit-latency.ts";
import { compete } from "./compete.ts";
import { bunEcho, bunRunless, type Contestant, dagster, nodeEcho, nodeRunless, otherRunless } from "./contestants.ts";
import { dagsterEnvironment } from "./dagster.ts";
import { commitName, environment } from "./environment.ts";
import { fillFile } from "./fill-log.ts";
import { readOptions } from "./options.ts";
import { writeLoads } from "./requests.ts";
import { type Result, summarize } from "./results.ts";
import { table } from "./table.ts";

const folder = benchFolder("reports");
const options = readOptions(process.argv.slice(2), folder);

const [bunOther, nodeOther]: readonly Contestant[] =
  options.against === undefined ? [] : await otherRunless(options.against);
const contestants = [bunEcho, bunRunless, bunOther, nodeEcho, nodeRunless, nodeOther]
  .filter((contestant) => contestant !== undefined)
  .filter(({ name }) => chosen(name, options.servers));
const python =
  options.dagster && chosen("dagster-webserver", options.servers) ? dagsterEnvironment() : { missing: "not asked for" };
if ("missing" in python) console.log(`dagster-webserver is left out: ${python.missing}.`);

const otherCommit = options.against === undefined ? "" : commitName(options.against);
const results: Result[] = [];
for (const load of writeLoads(folder, options.filled).filter(({ name }) => chosen(name, options.loads))) {
  if (load.filled !== undefined) await fillFile(load.filled.file, load.filled.events);
  results.push(...(await compete(load, contestants, options, folder)));
  // Dagster would take hours to fill.
  if ("missing" in python || load.filled !== undefined) continue;
  // On its own and once: it goes on with what it has queued after the load ends, and would take the others' time.
  const connections = options.connections.filter((number) => number <= 64);
  results.push(...(await compete(load, [dagster(python.folder)], { ...options, connections, rounds: 1 }, folder)));
}

const commit = medianLatency(results.map((result) => result.commit));
const busy = medianLatency(results.flatMap(({ busyCommit }) => busyCommit ?? []));
console.log(`
${table(summarize(results))}

${environment()}
Load from ${options.generator}, ${options.rounds} rounds of ${options.seconds} s after ${options.warmupSeconds} s of warm-up; medians, ratios round by round.
CPU is that of the server's whole process for one answer, in microseconds.${options.against === undefined ? "" : ` The other servers are those of commit ${otherCommit}.`}
Bare commits of one row with WAL and synchronous=FULL, on the same disk in every round: p50 ${commit.p50.toFixed(2)} ms, p99 ${commit.p99.toFixed(2)} ms; while the Bun echo was under the load, p50 ${busy.p50.toFixed(2)} ms, p99 ${busy.p99.toFixed(2)} ms.`);

function chosen(name: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => name.toLowerCase().includes(part.toLowerCase()));
}
