import { describe, expect, test } from "bun:test";
import { demoDefinitions } from "../../../adapters/cli/demo/demo-definitions.ts";
import { demoEvents } from "../../../adapters/cli/demo/demo-events.ts";
import { assetPath } from "../../../adapters/web/parts/asset-path.ts";
import { type AssetKey, checkEvaluation, materialization, type RunlessEvent } from "../../../core/index.ts";
import { createMemoryDefinitionStore } from "../../../storage/index.ts";
import { hardEvents, hardPages } from "../../bench/hard-log.ts";
import { config, noon } from "../http/native.ts";
import { testApp } from "../http/test-app.ts";
import { alertOf, freshnessOf, givenWatching } from "./given-watching.ts";
import { filesOf, hour, logOf } from "./site.ts";

const assets = Array.from({ length: 100 }, (_, i) => `lake/team${i % 7}/table_of_a_longer_name_${i}`);
const events: readonly RunlessEvent[] = Array.from({ length: 20 }, (_, run) => run).flatMap((run) =>
  assets.flatMap((key, i) => {
    const timestamp = noon - (20 - run) * hour - i * 60_000;
    const checks = ["no_nulls", "unique_key"].map((checkName) =>
      checkEvaluation(key, { checkName, passed: (i * run) % 7 > 0, timestamp, description: "what it says of it" }),
    );
    const metadata = { rows: i * run * 7919, seconds: (i * run) / 7 };
    return [materialization(key, { timestamp, dataVersion: `v${i * run}`, metadata }), ...checks];
  }),
);
// Five thousand cells, none like its neighbour, and a plot beside them.
const partitions = Array.from({ length: 5000 }, (_, i) =>
  materialization("wide", {
    partition: `2026-${i}`,
    timestamp: noon - ((i * 7919) % 900) * hour,
    metadata: { rows: (i * 7919) % 100_003 },
  }),
);
const demo = demoEvents(noon);
const demoKeys = [...new Map(demo.map(({ assetKey }) => [assetKey.join("/"), assetKey])).values()];

const paths = ["/", "/?sort=latest", "/events", "/checks", "/alerts"];
const ofTables = testApp({ log: await logOf(...events, ...partitions), config, now: () => noon });
// All of it is watched and late, with long reasons.
const definitions = createMemoryDefinitionStore({ now: () => noon });
await definitions.replace("demo", demoDefinitions(noon));
const watching = givenWatching({
  freshness: demoKeys.map((key) => ({ ...freshnessOf("a", { state: "FAIL", deadline: noon - hour }), assetKey: key })),
  alerts: demoKeys.flatMap((assetKey, i) =>
    Array.from({ length: 12 }, (_, n) => ({
      ...alertOf("a", { id: 100 * i + n, kind: "check", checkName: `check_${n}`, reason: "check_failed", eventId: n }),
      ...{ assetKey, owners: ["team:finance", `someone.${i}@example.com`] },
    })),
  ),
});
const ofDemo = testApp({ log: await logOf(...demo), definitions, watching, config, now: () => noon });

const hardPaths = [
  ...Object.values(hardPages),
  ...["24h", "7d", "30d"].map((range) => `${hardPages.busy}?range=${range}`),
];
const ofHardLog = testApp({ log: await logOf(...hardEvents(noon)), config, now: () => noon });

async function bytesOf(app: typeof ofDemo, path: string, encoding: string): Promise<number> {
  const response = await app.request(path, { headers: { "accept-encoding": encoding } });
  expect([path, response.status, response.headers.get("content-encoding")]).toEqual([path, 200, encoding]);
  const headers = [...response.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 30);
  return (await response.arrayBuffer()).byteLength + headers;
}

/** On the wire, for a browser that was never here and has every plot in sight. */
async function firstView(app: typeof ofDemo, path: string, encoding: string): Promise<number> {
  const html = await (await app.request(path)).text();
  const sizes = [path, ...filesOf(html)].map((one) => bytesOf(app, one, encoding));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe.each(["gzip", "br"])("with all that it loads, less than 60 kB on the wire as %s is", (encoding) => {
  test.each([...paths, `/assets/${assets[1]}`, "/assets/wide"])("%s of many tables", async (path) => {
    expect(await firstView(ofTables, path, encoding)).toBeLessThan(60_000);
  });

  test.each(hardPaths)("%s of the hard log", async (path) => {
    expect(await firstView(ofHardLog, path, encoding)).toBeLessThan(60_000);
  });

  test.each([...paths, ...demoKeys.map((key: AssetKey) => assetPath(key))])("%s of the demo", async (path) => {
    expect(await firstView(ofDemo, path, encoding)).toBeLessThan(60_000);
  });
});
