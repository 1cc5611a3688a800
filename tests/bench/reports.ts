// How many durable reports a second, beside bare echoes and dagster-webserver. Options: see options.ts.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { measureCommits, medianLatency } from "./commit-latency.ts";
import { compete } from "./compete.ts";
import { bunEcho, bunRunless, dagster, nodeEcho, nodeRunless } from "./contestants.ts";
import { dagsterEnvironment } from "./dagster.ts";
import { environment } from "./environment.ts";
import { readOptions } from "./options.ts";
import { writeLoads } from "./requests.ts";
import { type Result, summarize } from "./results.ts";
import { table } from "./table.ts";

const options = readOptions(process.argv.slice(2));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
const folder = newFolder();

const contestants = [bunEcho, bunRunless, nodeEcho, nodeRunless].filter(({ name }) => chosen(name, options.servers));
const python =
  options.dagster && chosen("dagster-webserver", options.servers) ? dagsterEnvironment() : { missing: "not asked for" };
if ("missing" in python) console.log(`dagster-webserver is left out: ${python.missing}.`);

const results: Result[] = [];
const commits = [await measureCommits(join(folder, "commits.db"))];
for (const load of writeLoads(folder).filter(({ name }) => chosen(name, options.loads))) {
  results.push(...(await compete(load, contestants, options, folder)));
  commits.push(await measureCommits(join(folder, `commits-${commits.length}.db`)));
  if ("missing" in python) continue;
  // On its own and once: it goes on with what it has queued after the load ends, and would take the others' time.
  const connections = options.connections.filter((number) => number <= 64);
  results.push(...(await compete(load, [dagster(python.folder)], { ...options, connections, rounds: 1 }, folder)));
}
const commit = medianLatency(commits);
console.log(`\n${table(summarize(results, commit))}\n\n${environment(options, commit).join("\n")}`);

/** On the repository's disk: the system's temporary folder may be in memory, where a commit costs nothing. */
function newFolder(): string {
  const parent = join(import.meta.dirname, "../../node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  const created = mkdtempSync(join(parent, "runless-bench-"));
  process.on("exit", () => rmSync(created, { recursive: true, force: true }));
  return created;
}

function chosen(name: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => name.toLowerCase().includes(part.toLowerCase()));
}
