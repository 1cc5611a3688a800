// Runs every suite that goes over runtimes on Bun, Deno and several Nodes, and prints a table of runtime x suite.
// npm run matrix -- [--hosts bun,deno,node20,node22,node24,node26] [--suites reads]
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { programs, type Runtime, temporaryFolder } from "../server.ts";
import { installNode } from "./install-node.ts";
import { type Host, runSuite } from "./run-suite.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "bun,node20,node22,node24,node26,deno" },
    suites: { type: "string", default: "" },
  },
});
const repository = join(import.meta.dir, "../..");
const suites = Array.from(new Bun.Glob("tests/**/*.test.ts").scanSync(repository))
  .filter((file) => !file.startsWith("tests/external/"))
  .filter((file) => /\bruntimes\b.* from "(\.\.\/)+server.ts"/.test(readFileSync(join(repository, file), "utf8")))
  .filter((file) => file.includes(values.suites))
  .sort();

const folder = temporaryFolder();
const columns: { readonly name: string; readonly cells: readonly string[] }[] = [];
let failures = 0;
for (const name of values.hosts.split(",")) {
  const host = await hostOf(name);
  const [version] = execFileSync(host.program ?? programs[host.runtime], ["--version"], { encoding: "utf8" }).split(
    "\n",
  );
  const title = `${host.runtime} ${/\d[\d.]*/.exec(version ?? "")?.[0]}`;
  const cells: string[] = [];
  for (const suite of suites) {
    const { passed, failed } = await runSuite(join(repository, suite), host);
    console.error(`${title}, ${suite}: ${passed} passed, ${failed} failed`);
    cells.push(passed + failed === 0 ? "–" : `${passed} / ${failed}`);
    failures += failed;
  }
  columns.push({ name: title, cells });
}

const rows = suites
  .map((suite, i) => [basename(suite, ".test.ts"), ...columns.map(({ cells }) => cells[i] ?? "")])
  // Some suites are about several runtimes at once.
  .filter(([, ...cells]) => cells.some((cell) => cell !== "–"));
const head = ["passed / failed", ...columns.map(({ name }) => name)];
const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
console.log(`\n${[head, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")}`);
process.exit(failures === 0 ? 0 : 1);

async function hostOf(name: string): Promise<Host> {
  const [, runtime, line = ""] = /^(bun|deno|node)(\d*)$/.exec(name) ?? [];
  if (runtime === undefined) throw new Error(`A host is bun, deno or node, or a release line as node22. Got ${name}.`);
  if (line === "") return { runtime: runtime as Runtime }; // the pattern allows no other
  return { runtime: "node", program: await installNode(line, join(folder, name)) };
}
