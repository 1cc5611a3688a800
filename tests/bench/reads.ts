// How long reads take as the log grows around them, inside the server and, over HTTP, beside Dagster's GraphQL. Options:
// --sizes 10000,1000000,10000000 --runs 300 --no-dagster, and --file to keep the log of the last size (or to use it again).
import { statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultLimits } from "../../adapters/config/limits.ts";
import { createApp } from "../../adapters/server/http.ts";
import { type EventLog, openEventLog } from "../../storage/index.ts";
import { benchFolder } from "./bench-folder.ts";
import { count } from "./count.ts";
import { dagsterEnvironment } from "./dagster.ts";
import { compareWithDagster } from "./dagster-reads.ts";
import { environment } from "./environment.ts";
import { fillFile } from "./fill-log.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { assertAnswer, type Question, questions } from "./questions.ts";
import { median, percentile } from "./statistics.ts";
import { timeInTurns } from "./time-in-turns.ts";

const { values } = parseArgs({
  allowNegative: true,
  options: {
    sizes: { type: "string", default: "10000,1000000,10000000" },
    runs: { type: "string", default: "300" },
    file: { type: "string" },
    dagster: { type: "boolean", default: true },
  },
});
const sizes = values.sizes.split(",").map((text) => positive("sizes", text));
const runs = positive("runs", values.runs);
const folder = benchFolder("reads");
const config = { limits: defaultLimits };

const logs: { readonly log: EventLog; readonly app: ReturnType<typeof createApp> }[] = [];
for (const [i, size] of sizes.entries()) {
  const kept = i === sizes.length - 1 ? values.file : undefined;
  const file = kept ?? join(folder, `${size}.db`);
  await fillFile(file, size);
  console.log(`${count(size)} events take ${count(statSync(file).size / 1e6)} MB.`);
  const log = await openEventLog({ url: `file:${file}` });
  logs.push({ log, app: createApp({ log, config }) });
}
const rows: string[][] = [];
for (const question of questions) rows.push(await measure(question));
for (const { log } of logs) await log.close();

const columns = [
  { name: "median in ms, warm", isText: true },
  ...sizes.map((size) => ({ name: count(size) })),
  { name: "last / first" },
  { name: "p99, first" },
  { name: "p99, last" },
  { name: "EventLog alone, last / first" },
];
console.log(`
In the server's handler, from the Request to the text of the Response; ${runs} times, all sizes in turns:

${markdownTable(columns, rows)}
`);

const python = values.dagster ? dagsterEnvironment() : { missing: "not asked for" };
if ("missing" in python) console.log(`Dagster's GraphQL is left out: ${python.missing}.\n`);
else console.log(`${await compareWithDagster(python.folder, folder, runs)}\n`);
console.log(environment());

async function measure(question: Question): Promise<string[]> {
  const answers = logs.map(({ app }) => async () => {
    const response = await app.fetch(new Request(`http://127.0.0.1${question.path}`));
    return response.text();
  });
  for (const answer of answers) assertAnswer(question, await answer());
  const asks = logs.map((one) => () => question.ask(one.log));
  const times = await timeInTurns([...answers, ...asks], runs);
  const handlers = times.slice(0, logs.length);
  const [first = [], last = []] = [handlers[0], handlers.at(-1)];
  return [
    question.name,
    ...handlers.map((each) => median(each).toFixed(3)),
    growth(handlers),
    percentile(first, 0.99).toFixed(3),
    percentile(last, 0.99).toFixed(3),
    growth(times.slice(logs.length)),
  ];
}

function growth(times: readonly (readonly number[])[]): string {
  return (median(times.at(-1) ?? []) / median(times[0] ?? [])).toFixed(2);
}
