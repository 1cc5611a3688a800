import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { startServer } from "../server.ts";
import { count } from "./count.ts";
import { dagsterHome, startDagster } from "./dagster.ts";
import { fillFile } from "./fill-log.ts";
import { endWithProcess } from "./listening.ts";
import { markdownTable } from "./markdown-table.ts";
import { nthEvent } from "./nth-event.ts";
import { assertAnswer, assets, history, latest, partitions, type Question } from "./questions.ts";
import { median } from "./statistics.ts";
import { timeInTurns } from "./time-in-turns.ts";

/** Dagster records about 130 a second: more would take too long. */
const events = 10_000;

interface Compared extends Pick<Question, "name" | "path" | "events"> {
  readonly graphql: string;
}

// As much as runless answers of an event.
const event =
  "timestamp partition description tags { key value } metadataEntries { label ... on IntMetadataEntry { intRepr } }";
const asset = (name: string, fields: string) =>
  `{ assetOrError(assetKey: { path: ["probe", "${name}"] }) { ... on Asset { key { path } ${fields} } } }`;

const compared: readonly Compared[] = [
  {
    // GraphQL has no list of the events of all assets.
    name: "newest 50 events of an asset",
    path: "/api/v1/events?asset_key=probe/one&limit=50",
    events: 50,
    graphql: asset(
      "one",
      `assetEventHistory(limit: 50, eventTypeSelectors: [MATERIALIZATION, OBSERVATION]) {
        results { ... on MaterializationEvent { ${event} } ... on ObservationEvent { ${event} } } cursor }`,
    ),
  },
  { ...latest, graphql: asset("one", `assetMaterializations(limit: 1) { ${event} }`) },
  { ...history, graphql: asset("one", `assetMaterializations(limit: 50, partitions: ["p0"]) { ${event} }`) },
  {
    ...assets,
    graphql: `{ assetsOrError(prefix: ["probe", "many"], limit: 100) { ... on AssetConnection {
      nodes { key { path } assetMaterializations(limit: 1) { ${event} } } cursor } } }`,
  },
  // Partitions are of declared assets there: the nearest is the newest materializations, one of each partition here.
  { ...partitions, graphql: asset("wide", `assetMaterializations(limit: 1000) { ${event} }`) },
];

/** A Markdown table: the same questions to two real servers, which hold the same events, from one client in turns. */
export async function compareWithDagster(environment: string, folder: string, runs: number): Promise<string> {
  console.error(`Filling Dagster with ${count(events)} events …`);
  const home = dagsterHome(folder);
  await fillDagster(environment, home);
  const file = join(folder, "beside-dagster.db");
  await fillFile(file, events);

  const dagster = endWithProcess(await startDagster(environment, home));
  const runless = endWithProcess(await startServer("bun", { databaseUrl: `file:${file}` }));
  try {
    const rows: string[][] = [];
    for (const question of compared) {
      const asks = [
        () => fetchText(`${runless.url}${question.path}`),
        () => fetchText(`${dagster.url}/graphql`, JSON.stringify({ query: question.graphql })),
      ];
      for (const ask of asks) assertAnswer(question, await ask());
      const [ours = Number.NaN, theirs = Number.NaN] = (await timeInTurns(asks, runs)).map(median);
      rows.push([question.name, ours.toFixed(2), theirs.toFixed(2), (theirs / ours).toFixed(0)]);
    }
    const columns = [
      { name: "median in ms, over HTTP", isText: true },
      { name: "runless" },
      { name: "Dagster's GraphQL" },
      { name: "Dagster / runless" },
    ];
    return `Two servers with the same ${count(events)} events (more would take Dagster hours to record), from one client,
${runs} times in turns. Dagster has no list of the newest events of all assets, hence those of one; and none of the
partitions of an asset that nobody declared, hence its newest 1,000 materializations, one of each partition:

${markdownTable(columns, rows)}`;
  } finally {
    await Promise.all([dagster.stop(), runless.stop()]);
  }
}

async function fetchText(url: string, body?: string): Promise<string> {
  const post = { method: "POST", headers: { "content-type": "application/json" } };
  const response = await fetch(url, body === undefined ? {} : { ...post, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}

/** The events that `fillFile` puts into a file, through Dagster's own instance in a process of Python. */
async function fillDagster(environment: string, home: string): Promise<void> {
  const program = new URL("fill-dagster.py", import.meta.url).pathname;
  const python = spawn(join(environment, "bin/python"), [program], {
    env: { ...process.env, DAGSTER_HOME: home },
    stdio: ["pipe", "inherit", "inherit"],
  });
  Readable.from(lines()).pipe(python.stdin);
  const [code] = await once(python, "exit");
  if (code !== 0) throw new Error(`${program} ended with ${code}.`);
}

function* lines(): Generator<string> {
  for (let n = 0; n < events; n++) {
    const { assetKey, ...fields } = nthEvent(n);
    yield `${JSON.stringify({ asset_key: assetKey.split("/"), ...fields })}\n`;
  }
}
