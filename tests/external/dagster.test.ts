import { afterAll, beforeAll, expect, test } from "bun:test";
import { RunlessClient } from "../../adapters/client.ts";
import { dagsterReport } from "../../core/destinations/dagster/dagster-report.ts";
import { type LookUpPage, lookUpBody, readLookUp } from "../../core/destinations/dagster/look-up.ts";
import {
  checkEvaluation,
  materialization,
  observation,
  type RecordedEvent,
  type RunlessEvent,
} from "../../core/index.ts";
import { Serving, until } from "../bench/destinations/serving.ts";
import { temporaryFolder } from "../server.ts";
import { startCuttingProxy } from "./cutting-proxy.ts";
import { DagsterInstance } from "./dagster-instance.ts";
import { installPython } from "./python.ts";

let dagster: DagsterInstance;
const started: { stop(): unknown }[] = [];

beforeAll(async () => {
  await installPython();
  dagster = await DagsterInstance.start();
  await dagster.startDaemon();
}, 300_000);

afterAll(async () => {
  for (const one of started) await one.stop();
  await dagster?.stop();
});

/** A real server that forwards to this URL. */
async function serve(url: string): Promise<{ readonly server: Serving; readonly client: RunlessClient }> {
  const server = await Serving.start(temporaryFolder(), [
    { name: "dagster", type: "dagster", url, allow_private: true },
  ]);
  started.push({ stop: () => server.stop() });
  return { server, client: new RunlessClient({ url: server.url }) };
}

function reached(holds: () => boolean | Promise<boolean>): Promise<void> {
  return until(holds, 60, "it was not reached.");
}

const key = ["warehouse", "orders"];
const readBack = `query Read($path: [String!]!) {
  assetOrError(assetKey: { path: $path }) {
    ... on Asset {
      assetMaterializations(limit: 20) {
        partition description tags { key value }
        metadataEntries { label __typename ... on TextMetadataEntry { text } ... on IntMetadataEntry { intRepr } }
      }
      assetObservations(limit: 20) { metadataEntries { label ... on FloatMetadataEntry { floatValue } } }
    }
  }
  plain: assetCheckExecutions(assetKey: { path: $path }, checkName: "rows", limit: 20) {
    evaluation { partition success severity metadataEntries { label ... on TextMetadataEntry { text } } }
  }
  described: assetCheckExecutions(assetKey: { path: $path }, checkName: "described", limit: 20) {
    evaluation { description success metadataEntries { label ... on JsonMetadataEntry { jsonString } } }
  }
}`;

test("a real Dagster has what was forwarded, its automation condition fires, and its asset sensor too", async () => {
  const { client } = await serve(dagster.url);
  const before = dagster.marks().length;
  const rest = { partition: "p", dataVersion: "v1", description: "all rows" };
  await client.reportRunlessAssetEvent(materialization(key, { ...rest, metadata: { rows: 3, at: new Date(0) } }));
  await client.reportRunlessAssetEvent(observation(key, { metadata: { ratio: 0.5 } }));
  for (const passed of [false, true]) {
    // Dagster refuses the second evaluation of a check and partition: it is told without it.
    await client.reportRunlessAssetEvent(
      checkEvaluation(key, { checkName: "rows", passed, severity: "WARN", partition: "p" }),
    );
  }
  const tags = { team: "finance" };
  await client.reportRunlessAssetEvent(
    checkEvaluation(key, { checkName: "described", passed: true, description: "why", tags }),
  );
  // The refused one left half a row.
  await reached(() => dagster.marks().length >= before + 6);
  await client.reportRunlessAssetEvent(materialization(key));
  await reached(() => dagster.marks().length >= before + 7);
  const data = await dagster.query(readBack, { path: key });
  expect(data).toMatchObject({
    assetOrError: {
      assetMaterializations: [
        { partition: null },
        {
          partition: "p",
          description: "all rows",
          tags: expect.arrayContaining([{ key: "dagster/data_version", value: "v1" }]),
          metadataEntries: expect.arrayContaining([
            { label: "rows", __typename: "IntMetadataEntry", intRepr: "3" },
            { label: "runless/event", __typename: "TextMetadataEntry", text: expect.stringMatching(/^[0-9a-f]+\/1$/) },
          ]),
        },
      ],
      assetObservations: [{ metadataEntries: expect.arrayContaining([{ label: "ratio", floatValue: 0.5 }]) }],
    },
    plain: [
      {
        evaluation: {
          partition: null,
          success: true,
          severity: "WARN",
          metadataEntries: expect.arrayContaining([{ label: "runless/partition", text: "p" }]),
        },
      },
      { evaluation: { partition: "p", success: false } },
    ],
    described: [
      {
        evaluation: {
          description: "why",
          success: true,
          metadataEntries: expect.arrayContaining([{ label: "runless/tags", jsonString: '{"team": "finance"}' }]),
        },
      },
    ],
  });
  const wanted = ["__ASSET_JOB", "on_orders_job"];
  const runs = "{ runsOrError { ... on Runs { results { jobName } } } }";
  await reached(async () => {
    const { runsOrError } = (await dagster.query(runs)) as { runsOrError: { results: { jobName: string }[] } }; // as asked
    return wanted.every((name) => runsOrError.results.some(({ jobName }) => jobName === name));
  });
}, 120_000);

test("a look-up in a real Dagster pages on until the oldest event of an asset, or of one of its checks", async () => {
  const makers = [
    (key: string) => materialization(key),
    (key: string) => observation(key),
    (key: string) => checkEvaluation(key, { checkName: "rows", passed: true }),
    (key: string, i: number) =>
      checkEvaluation(key, { checkName: "why", passed: true, description: "x", partition: `${i}` }),
  ];
  for (const make of makers) {
    const events = Array.from({ length: 25 }, (_, i) => {
      return { ...make("looked_up", i), id: i + 1, timestamp: Date.now(), receivedAt: Date.now() };
    });
    // The first one is the oldest; the others come at once, and some at one time.
    const [first, ...others] = events.map((event) => dagsterReport(event, "0123456789abcdef"));
    if (first !== undefined) await dagster.post(first);
    await Promise.all(others.map((report) => dagster.post(report)));
    const found: string[] = [];
    for (let page: LookUpPage | undefined; page?.next !== null; ) {
      const body = lookUpBody(events[0] as RecordedEvent, page?.next ?? null); // there are 25
      page = readLookUp(await dagster.post({ path: "graphql", body }));
      if (page === undefined) throw new Error("It can't be read.");
      found.push(...page.marks);
    }
    expect(found.at(-1)).toBe("0123456789abcdef/1");
    expect(new Set(found).size).toBe(events.length);
  }
}, 60_000);

/** Of every kind. None but materializations is under way when Dagster is killed: it commits a check in two parts. */
function someEvent(i: number): RunlessEvent {
  const key = `asset_${i % 3}`;
  const kind = i >= 10 && i < 18 ? 0 : i % 5;
  if (kind === 0) return materialization(key, { metadata: { i } });
  if (kind === 1) return observation(key, { metadata: { i }, partition: "p" });
  const check = { checkName: "rows", passed: i % 2 === 0 };
  if (kind === 2) return checkEvaluation(key, check);
  if (kind === 3) return checkEvaluation(key, { ...check, description: "why" });
  return checkEvaluation(key, { ...check, partition: `p${i}` });
}

test("with answers cut, and SIGKILL of runless and of Dagster, a real Dagster has each event once, in order", async () => {
  let count = 0;
  const fates = ["whole", "after", "whole", "before", "whole", "whole", "after"] as const;
  const proxy = await startCuttingProxy(dagster.url, () => fates[count++ % fates.length] ?? "whole");
  started.push(proxy);
  const { server, client } = await serve(proxy.url);
  const { log_id: logId } = await server.json<{ readonly log_id: string }>("/api/v1/log");
  const own = () => dagster.marks().filter((mark) => mark.startsWith(`${logId}/`));
  const events = Array.from({ length: 30 }, (_, i) => someEvent(i));
  await client.reportRunlessAssetEvents(events);
  await reached(() => own().length >= 5);
  await server.stop("SIGKILL");
  await server.restart();
  await reached(() => own().length >= 12);
  await dagster.killServer();
  const [back] = await Promise.all([dagster.startServer(), server.stop("SIGKILL").then(() => server.restart())]);
  expect(back).toBeUndefined();
  await reached(
    async () =>
      own().length >= events.length &&
      JSON.stringify(await server.json("/api/v1/destinations")).includes('"pending":0'),
  );
  const ids = own().map((mark) => Number(mark.split("/")[1]));
  expect(ids.toSorted((a, b) => a - b)).toEqual(events.map((_, i) => i + 1));
  for (const rest of [0, 1, 2]) {
    const ofAsset = ids.filter((id) => (id - 1) % 3 === rest);
    expect(ofAsset).toEqual(ofAsset.toSorted((a, b) => a - b));
  }
}, 180_000);
