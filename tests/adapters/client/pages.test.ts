import { expect, test } from "bun:test";
import { checkEvaluation, type JsonValue, materialization } from "../../../adapters/client.ts";
import { scripted, testClient, testServer } from "./harness.ts";

const page = (body: object, cursor: string | null) => Response.json({ ...body, cursor, has_more: cursor !== null });
const partition = (name: string, id: number) => ({
  partition: name,
  materializations: 1,
  latest_materialization: {
    id,
    type: "ASSET_MATERIALIZATION",
    asset_key: ["a"],
    partition: name,
    timestamp: "2026-11-23T03:00:00.000Z",
    received_at: "2026-11-23T03:00:00.000Z",
    tags: {},
    metadata: {},
  },
});
const eventOf = (id: number) => partition("p", id).latest_materialization;

test("short and empty pages are followed until the limit", async () => {
  const pages = [
    page({ events: [] }, "c1"),
    page({ events: [eventOf(3)] }, "c2"),
    page({ events: [eventOf(2)] }, "c3"),
  ];
  const fetch = scripted(pages);
  const { records, cursor, hasMore } = await testClient({ fetch }).fetchMaterializations("a", { limit: 2 });
  expect([records.map(({ id }) => id), cursor, hasMore]).toEqual([[3, 2], "c3", true]);
  const asked = fetch.calls.map((call) => new URLSearchParams(call.slice(call.indexOf("?"))));
  expect(asked.map((query) => [query.get("limit"), query.get("cursor")])).toEqual([
    ["2", null],
    ["2", "c1"],
    ["1", "c2"],
  ]);
});

test("short and empty pages are followed to the end", async () => {
  const fetch = scripted([
    page({ partitions: [partition("a", 1)] }, "c1"),
    page({ partitions: [] }, "c2"),
    page({ partitions: [partition("b", 2)] }, null),
  ]);
  expect([...(await testClient({ fetch }).getMaterializedPartitions("a"))]).toEqual(["a", "b"]);
});

test("partitions are read no further than it takes to know the status of those asked for", async () => {
  const fetch = scripted([page({ partitions: [partition("a", 1), partition("b", 2)] }, "c1")]);
  const status = await testClient({ fetch }).getStatusByPartition("a", ["b"]);
  expect([...status]).toEqual([["b", "MATERIALIZED"]]);
});

test("the page size is what a server allows", async () => {
  const { log, fetch } = testServer();
  await log.append([["a", "b", "c"].map((name) => ({ event: materialization(name) }))]);
  const watched = scripted([], fetch);
  const { assetKeys } = await testClient({ fetch: watched, pageSize: 2 }).getAssetKeys();
  expect(assetKeys).toEqual([["a"], ["b"], ["c"]]);
  expect(watched.calls).toHaveLength(2);
});

test("metadata that are nested as deep as they may be come back from every call", async () => {
  let nested: JsonValue = 1;
  for (let depth = 0; depth < 500; depth++) nested = [nested];
  const client = testClient({ fetch: testServer().fetch });
  await client.reportRunlessAssetEvent(checkEvaluation("a", { checkName: "c", passed: true, metadata: { nested } }));
  const expected = { nested: { type: "json", rawValue: nested } } as const;
  expect((await client.fetchAssetCheckEvaluations("a")).records[0]?.metadata).toEqual(expected);
  expect((await client.getAssetRecords())[0]?.checks[0]?.metadata).toEqual(expected);
});
