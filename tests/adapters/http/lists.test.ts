import { describe, expect, test } from "bun:test";
import { materializationOf, nativeApp } from "./native.ts";

async function filled() {
  const app = nativeApp();
  const check = (name: string, passed: boolean, partition: string | null = null) => ({
    ...materializationOf("s3/orders", { check_name: name, passed, partition }),
    type: "ASSET_CHECK_EVALUATION",
  });
  await app.post([
    materializationOf("s3/orders", { partitions: ["b", "a"], timestamp: 10 }),
    materializationOf("s3/orders", { partition: "a", timestamp: 5 }),
    check("fresh", true),
    check("fresh", false),
    check("fresh", true, "a"),
    check("rows", true),
    materializationOf("s3x"),
    materializationOf("lake/Orders"),
  ]);
  return app;
}

describe("the lists of the native API", () => {
  test("assets come by key, each as its record says, page by page", async () => {
    const { ask } = await filled();
    const first = await ask("assets?limit=2");
    expect(first.body).toMatchObject({
      assets: [{ asset_key: ["lake", "Orders"] }, { asset_key: ["s3", "orders"] }],
      has_more: true,
    });
    const record = await ask("assets?asset_key=s3/orders");
    const { assets, cursor } = first.body as { readonly assets: readonly unknown[]; readonly cursor: string };
    expect(assets[1]).toEqual(record.body);
    const rest = await ask(`assets?limit=2&cursor=${encodeURIComponent(cursor)}`);
    expect(rest.body).toMatchObject({ assets: [{ asset_key: ["s3x"] }], has_more: false });
  });

  test.each([
    ["prefix=s3", [["s3", "orders"]]],
    [
      "search=ORDERS",
      [
        ["lake", "Orders"],
        ["s3", "orders"],
      ],
    ],
    ["prefix=s3&search=x", []],
    ["search=e/o", [["lake", "Orders"]]],
  ])("assets are narrowed by %p", async (query, keys) => {
    const { ask } = await filled();
    expect((await ask(`assets?${query}`)).body).toMatchObject({ assets: keys.map((asset_key) => ({ asset_key })) });
  });

  test.each([
    ["failing=true", [["s3", "orders"]]],
    ["failing=false&prefix=s3x&order=reports", [["s3x"]]],
    ["quiet_since=1970-01-01T00:00:20Z", [["s3", "orders"]]],
    ["quiet_since=1970-01-01T00:00:10Z", []],
    ["quiet_since=1970-01-01T00:00:20Z&failing=true&type=ASSET_CHECK_EVALUATION", [["s3", "orders"]]],
    ["type=ASSET_OBSERVATION", []],
    ["order=latest&limit=3", [["lake", "Orders"], ["s3x"], ["s3", "orders"]]],
    ["order=state&limit=1", [["s3", "orders"]]],
    ["order=reports&limit=1", [["s3", "orders"]]],
  ])("assets are narrowed and ordered by %p", async (query, keys) => {
    const { ask } = await filled();
    expect((await ask(`assets?${query}`)).body).toMatchObject({ assets: keys.map((asset_key) => ({ asset_key })) });
  });

  test("a cursor carries what assets were narrowed and ordered by", async () => {
    const { ask } = await filled();
    const { cursor } = (await ask("assets?limit=1&order=latest")).body as { readonly cursor: string };
    const next = `assets?limit=1&cursor=${encodeURIComponent(cursor)}`;
    expect((await ask(`${next}&order=latest`)).body).toMatchObject({ assets: [{ asset_key: ["s3x"] }] });
    for (const other of ["", "&order=state", "&order=latest&failing=true", "&order=latest&quiet_since=1"]) {
      expect(await ask(`${next}${other}`)).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining("cursor") },
      });
    }
  });

  test("partitions have their latest materialization, by timestamp, and their count", async () => {
    const { ask } = await filled();
    const { body } = await ask("partitions?asset_key=s3/orders");
    expect(body).toMatchObject({
      partitions: [
        { partition: "a", latest_materialization: { id: 2, partition: "a" }, materializations: 2 },
        { partition: "b", latest_materialization: { id: 1 }, materializations: 1 },
      ],
      has_more: false,
    });
    const first = await ask("partitions?asset_key=s3/orders&limit=1");
    const { cursor } = first.body as { readonly cursor: string };
    const rest = await ask(`partitions?asset_key=s3/orders&limit=1&cursor=${encodeURIComponent(cursor)}`);
    expect(rest.body).toMatchObject({ partitions: [{ partition: "b" }] });
  });

  test("checks come with each of their partitions, with their latest evaluation", async () => {
    const { ask } = await filled();
    const { body } = await ask("checks?asset_key=s3/orders");
    expect(body).toMatchObject({
      checks: [
        { check_name: "fresh", partition: null, latest_evaluation: { id: 5, passed: false }, evaluations: 2 },
        { check_name: "fresh", partition: "a", latest_evaluation: { id: 6, passed: true }, evaluations: 1 },
        { check_name: "rows", partition: null, latest_evaluation: { id: 7 }, evaluations: 1 },
      ],
      has_more: false,
    });
  });

  test("a cursor with another filter is refused", async () => {
    const { ask } = await filled();
    const { cursor } = (await ask("assets?limit=1")).body as { readonly cursor: string };
    const answer = await ask(`assets?limit=1&prefix=s3&cursor=${encodeURIComponent(cursor)}`);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining("cursor") } });
  });

  test("the log has one name, which its exports carry", async () => {
    const { ask, log } = await filled();
    expect((await ask("log")).body).toEqual({ log_id: await log.id() });
  });

  test.each([
    ["partitions", "The parameter asset_key is missing. It must be an asset key"],
    ["checks", "The parameter asset_key is missing. It must be an asset key"],
    [
      "partitions?asset_key=a&prefix=b",
      'There is no parameter "prefix". Those there are: asset_key, limit, cursor, expected, missing, since, until.',
    ],
    [
      "checks?asset_key=//",
      'The parameter asset_key must be an asset key: parts joined by / or a JSON array of strings. Got "//".',
    ],
    ["checks?asset_key=a&asset_key=b", "The parameter asset_key is given more than once."],
    ["checks", "Or give failing=true, for the failing checks of all assets."],
    ["checks?failing=false&prefix=s3", "The parameter asset_key is missing."],
    ["checks?asset_key=a&prefix=a&failing=true", "The parameter prefix is for the failing checks of all assets."],
    ["checks?failing=True", 'The parameter failing must be true or false. Got "True".'],
    ["assets?order=asc", 'The parameter order must be key, latest, state or reports. Got "asc".'],
    ["assets?quiet_since=yesterday", "The parameter quiet_since must be a time"],
    ["assets?type=ASSET_WIPED", "The parameter type must be ASSET_MATERIALIZATION, ASSET_OBSERVATION or"],
    ["assets?limit=1001", "The parameter limit must be a whole number from 1 to 1000"],
    ["assets?asset_key=a&limit=1", 'There is no parameter "limit". Those there are: asset_key.'],
    ["assets?constructor=1", 'There is no parameter "constructor".'],
    ["assets/s3/orders?x=1", 'There is no parameter "x".'],
    ["events/1?x=1", 'There is no parameter "x".'],
    ["log?x=1", 'There is no parameter "x". There are none here.'],
  ])("%s is refused with a sentence", async (path, error) => {
    const { ask } = await filled();
    expect(await ask(path)).toMatchObject({ status: 400, body: { error: expect.stringContaining(error) } });
  });
});

describe("a wipe", () => {
  const remove = { method: "DELETE" };

  test("of an asset hides all of it at once, and answers its trace", async () => {
    const { ask } = await filled();
    const { status, body } = await ask(`assets?asset_key=${encodeURIComponent('["s3","orders"]')}`, remove);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      wiped: { id: 10, type: "ASSET_WIPED", asset_key: ["s3", "orders"], metadata: { what: { raw_value: "asset" } } },
    });
    expect((await ask("assets/s3/orders")).status).toBe(404);
    expect((await ask("partitions?asset_key=s3/orders")).body).toMatchObject({ partitions: [] });
    expect((await ask("events?asset_key=s3/orders&type=ASSET_MATERIALIZATION")).body).toMatchObject({ events: [] });
    expect((await ask("events?type=ASSET_WIPED")).body).toMatchObject({ events: [{ id: 10 }] });
  });

  test("of a partition leaves the others", async () => {
    const { ask } = await filled();
    expect((await ask("assets?asset_key=s3/orders&partition=a", remove)).body).toMatchObject({
      wiped: { partition: "a", metadata: { what: { raw_value: "partition" } } },
    });
    expect((await ask("partitions?asset_key=s3/orders")).body).toMatchObject({ partitions: [{ partition: "b" }] });
  });

  test("of what has no partition leaves those that have one, and what is none of them too", async () => {
    const { ask, post } = await filled();
    await post(materializationOf("s3/orders", { partition: "" }));
    const { body } = await ask("assets?asset_key=s3/orders&no_partition=true", remove);
    expect(body).toMatchObject({ wiped: { partition: null, metadata: { what: { raw_value: "partition" } } } });
    expect((await ask("partitions?asset_key=s3/orders")).body).toMatchObject({
      partitions: [{ partition: "" }, { partition: "a" }, { partition: "b" }],
    });
    expect((await ask("checks?asset_key=s3/orders")).body).toMatchObject({ checks: [{ partition: "a" }] });
    expect(await ask("assets?asset_key=s3/orders&no_partition=true", remove)).toMatchObject({
      status: 404,
      body: { error: "The asset s3/orders has no events without a partition." },
    });
    expect((await ask("assets?asset_key=s3/orders&partition=", remove)).body).toMatchObject({
      wiped: { partition: "" },
    });
  });

  test("of one event computes its summaries anew", async () => {
    const { ask } = await filled();
    expect((await ask("events/2", remove)).body).toMatchObject({ wiped: { metadata: { event_id: { raw_value: 2 } } } });
    expect((await ask("partitions?asset_key=s3/orders")).body).toMatchObject({
      partitions: [{ partition: "a", latest_materialization: { id: 3 }, materializations: 1 }, { partition: "b" }],
    });
    expect((await ask("events/2")).status).toBe(404);
  });

  test("removes idempotency keys, and ids are never used again", async () => {
    const { ask, post } = nativeApp();
    const event = materializationOf("a", { idempotency_key: "k" });
    await post(event);
    await ask("assets?asset_key=a", remove);
    expect((await post(event)).body).toEqual({ id: 3, duplicate: false });
  });

  test.each([
    ["assets?asset_key=unheard/of", 404, "There is no asset unheard/of: nothing reported it."],
    ["assets?asset_key=s3/orders&partition=z", 404, 'The asset s3/orders has no events of the partition "z".'],
    ["events/99", 404, "There is no event with the id 99."],
    ["events/x", 400, "An event's id is a whole number"],
    ["assets?asset_key=s3/orders&partition=a&no_partition=true", 400, "exclude each other"],
    ["assets?asset_key=s3/orders&no_partition=yes", 400, "The parameter no_partition must be true or false."],
    ["assets", 400, "The parameter asset_key is missing."],
    ["assets?asset_key=a&limit=1", 400, 'There is no parameter "limit".'],
    ["events/1?x=1", 400, 'There is no parameter "x".'],
    ["assets/s3/orders", 405, "DELETE is not for this path; send GET."],
  ])("of %s is answered with %d and a sentence", async (path, status, error) => {
    const { ask } = await filled();
    expect(await ask(path, remove)).toMatchObject({ status, body: { error: expect.stringContaining(error) } });
  });
});
