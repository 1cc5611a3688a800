// What it costs to check, normalise and copy the JSON of one large report, and to answer it, beside JSON.parse of the
// same text: as a tree, which small reports still are, and by scanning. In CPU of the process, garbage collection
// included, by turns, on Bun and Node. Options: --shapes "rows,floats" --runtimes bun,node
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchFolder } from "./bench-folder.ts";
import { bodyOf, manyEntries, shapes } from "./json-shapes.ts";
import { markdownTable } from "./markdown-table.ts";

const { values } = parseArgs({
  options: { shapes: { type: "string", default: "" }, runtimes: { type: "string", default: "bun,node" } },
});
const folder = benchFolder("json-text");
const entry = join(import.meta.dirname, "json-turns.ts");
await Bun.build({ entrypoints: [entry], outdir: folder, target: "node", naming: "turns.mjs", packages: "external" });
const commands: Readonly<Record<string, readonly string[]>> = {
  bun: [process.execPath, entry],
  node: ["node", join(folder, "turns.mjs")],
};
const wanted = values.shapes.split(",");
const all = [...Object.keys(shapes), manyEntries].filter((shape) => wanted.some((part) => shape.includes(part)));

function run(runtime: string, ...args: readonly string[]): string {
  const { stdout, exitCode } = Bun.spawnSync([...(commands[runtime] ?? []), ...args], { stderr: "inherit" });
  if (exitCode !== 0) throw new Error(`${runtime} ended with ${exitCode}.`);
  return stdout.toString().trim();
}

const rows = values.runtimes.split(",").flatMap((runtime) =>
  all.map((shape) => {
    const times: Readonly<Record<string, number>> = JSON.parse(run(runtime, shape));
    const parse = times.parse ?? Number.NaN;
    const ratio = (name: string) => `${((times[name] ?? Number.NaN) / parse).toFixed(2)}`;
    const { length } = bodyOf(shape);
    const idle = Number(run(runtime, shape, "nothing"));
    const memory = (name: string) => ((Number(run(runtime, shape, name)) - idle) / length).toFixed(1);
    return [
      runtime,
      shape,
      (length / 1e6).toFixed(2),
      parse.toFixed(1),
      ...["reportTree", "reportScan", "fingerprint", "readTree", "readText"].map(ratio),
      ...["reportTree", "reportScan"].map(memory),
    ];
  }),
);

console.log("CPU as multiples of JSON.parse, memory (the process's peak beyond that of one idle scan) of the text.\n");
const columns = [
  { name: "runtime", isText: true },
  { name: "shape", isText: true },
  { name: "MB" },
  { name: "JSON.parse, ms" },
  { name: "report, tree" },
  { name: "report, scan" },
  { name: "fingerprint" },
  { name: "read, tree" },
  { name: "read, text" },
  { name: "memory, tree" },
  { name: "memory, scan" },
];
console.log(markdownTable(columns, rows));
