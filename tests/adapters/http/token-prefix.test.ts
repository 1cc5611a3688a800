import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { assetWiped } from "../../../core/index.ts";
import { defined } from "../../../storage/testing/definition-store/harness.ts";
import { readStream } from "../../read-stream.ts";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { linesOf, materializationOf, memory, nativeApp, noon } from "./native.ts";
import { allRoutes, exampleRequest, routeExamples } from "./route-examples.ts";
import { alertOf, standInWatchStore, subjectOf } from "./watching/stand-in-watch-store.ts";

const event = v.looseObject({ id: v.number() });
/** What the tests look into; of the rest they compare the whole. */
const anyAnswer = v.looseObject({
  events: v.optional(v.array(event)),
  cursor: v.optional(v.nullable(v.string())),
});

const outsider = "TELLTALE";

/** A log with s3/orders, s3, and others' assets, and an app where the token "s3" may do everything at and below s3. */
async function filled() {
  const log = memory();
  const check = { type: "ASSET_CHECK_EVALUATION", check_name: outsider, passed: false };
  const { post } = nativeApp({ log });
  await post([
    materializationOf("s3/orders", { partition: "p" }),
    materializationOf("lake/x", { partition: outsider, metadata: { [outsider]: 1 }, description: outsider }),
    materializationOf("s3x", { partition: outsider }),
    { ...materializationOf("lake/x"), ...check },
    materializationOf("s3"),
    { ...materializationOf("s3/orders"), ...check, check_name: "fresh" },
  ]);
  await log.wipe({ assetKey: ["s3x"] }, outsider);
  const token = namedToken("s3", { scopes: ["admin"], prefix: ["s3"] });
  const watching = standInWatchStore({
    alerts: [alertOf(1, "s3/orders"), alertOf(2, "lake/x", { checkName: outsider }), alertOf(3, "s3x")],
    subjects: [subjectOf("lake/x", { partition: outsider }), subjectOf("s3/orders"), subjectOf("s3x")],
    mutes: [{ name: { prefix: ["lake"] }, until: noon + 1, by: outsider }],
  });
  const all = namedToken("all", { scopes: ["admin"] });
  const { app, definitions } = await guardedApp([token, all], log, { watching });
  await definitions.replace(
    "ours",
    defined({ key: "s3/orders", group: "own" }, { prefix: "s3/eu", group: "eu" }, { key: "s3/never", group: "never" }),
  );
  const theirs = [
    { key: "lake/x", description: outsider },
    { prefix: "s3x", group: outsider },
  ];
  await definitions.replace("theirs", defined(...theirs, { key: "s3/theirs" }));
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { ...bearer("s3"), ...Object.fromEntries(new Headers(init.headers)) };
    const response = await app.request(path, { ...init, headers });
    return { status: response.status, body: v.parse(anyAnswer, await response.json()) };
  };
  const post3 = (body: string, type = "application/json") =>
    ask("/api/v1/events", { method: "POST", body, headers: { "content-type": type } });
  return { app, log, ask, post: post3 };
}

const refusal = (key: string) => ({
  status: 403,
  body: { error: expect.stringContaining(`The token s3 is for s3 and the keys below it, and ${key} is none of them.`) },
});
const ids = (events: readonly { readonly id: number }[] = []) => events.map(({ id }) => id);

describe("a token with a prefix", () => {
  // What has the answer to a key, an id or a cursor that lies outside is asked one by one below.
  const reads = allRoutes.filter((route) => routeExamples[route]?.needs === "read" && !route.endsWith("/stream"));
  test.each(reads)("sees nothing of other assets in %s", async (route) => {
    for (const headers of [{}, { accept: "application/x-ndjson" }]) {
      const { app } = await filled();
      const response = await app.fetch(exampleRequest(route, { ...bearer("s3"), ...headers }));
      // The metrics are of the whole log.
      expect(response.status).toBe(route === "GET /metrics" ? 403 : 200);
      const text = await response.text();
      expect(text).not.toContain(outsider);
      expect(text).not.toMatch(/lake|s3x/);
    }
  });

  test("lists what lies at the prefix and below, page by page", async () => {
    const { ask } = await filled();
    const first = await ask("/api/v1/events?limit=2&order=asc");
    expect(ids(first.body.events)).toEqual([1, 5]);
    const rest = await ask(`/api/v1/events?limit=2&order=asc&cursor=${encodeURIComponent(first.body.cursor ?? "")}`);
    expect([ids(rest.body.events), rest.body.has_more]).toEqual([[6], false]);
    const { assets } = (await ask("/api/v1/assets")).body;
    expect(assets).toMatchObject([{ asset_key: ["s3"] }, { asset_key: ["s3", "orders"] }]);
    expect((await ask("/api/v1/assets?prefix=s3/orders")).body.assets).toMatchObject([{ asset_key: ["s3", "orders"] }]);
    expect((await ask("/api/v1/assets?search=x")).body.assets).toEqual([]);
    for (const query of ["failing=true", "order=latest&type=ASSET_CHECK_EVALUATION", "failing=true&order=state"]) {
      expect((await ask(`/api/v1/assets?${query}`)).body.assets).toMatchObject([{ asset_key: ["s3", "orders"] }]);
    }
    const { checks } = (await ask("/api/v1/checks?failing=true")).body;
    expect(checks).toMatchObject([{ asset_key: ["s3", "orders"], check_name: "fresh" }]);
  });

  test("lists the definitions there, of whatever source, and defines only there", async () => {
    const { ask, app } = await filled();
    const groups = async (query = "") =>
      v
        .parse(
          v.looseObject({ definitions: v.array(v.looseObject({ group: v.nullable(v.string()) })) }),
          (await ask(`/api/v1/definitions${query}`)).body,
        )
        .definitions.map(({ group }) => group);
    expect(await groups()).toEqual(["eu", "never", "own", null]);
    expect(await groups("?source=theirs")).toEqual([null]);
    const put = (source: string, ...assets: object[]) =>
      ask(`/api/v1/definitions?source=${source}&allow_empty=true`, { method: "PUT", body: JSON.stringify({ assets }) });
    expect(await put("mine", { key: "s3/mine" })).toMatchObject({ status: 200, body: { added: 1 } });
    expect(await put("mine", { key: "s3/mine" }, { key: "lake/y" })).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/^Nothing is changed\. The token s3 is for s3.*lake\/y is none of them/) },
    });
    // A source with keys outside is not this token's to replace, and its refusal names one of them.
    expect((await put("theirs", { key: "s3/theirs" })).status).toBe(403);
    expect((await put("theirs")).status).toBe(403);
    const kept = await app.request("/api/v1/definitions?source=theirs", { headers: bearer("all") });
    expect(((await kept.json()) as { definitions: unknown[] }).definitions).toHaveLength(3);
  });

  test("exports what lies there, and no more", async () => {
    const { app } = await filled();
    const response = await app.request("/api/v1/events", {
      headers: { ...bearer("s3"), accept: "application/x-ndjson" },
    });
    const lines = (await response.text()).trimEnd().split("\n");
    expect(ids(lines.map((line) => JSON.parse(line)))).toEqual([1, 5, 6]);
  });

  test.each([
    ["/api/v1/events?asset_key=lake/x", "lake/x"],
    ["/api/v1/events?prefix=lake", "lake"],
    ["/api/v1/events?asset_key=s3x", "s3x"],
    ["/api/v1/events/stream?asset_key=lake/x&after=0", "lake/x"],
    ["/api/v1/assets?prefix=s3x", "s3x"],
    ["/api/v1/assets?asset_key=lake/x", "lake/x"],
    ["/api/v1/assets/lake/x", "lake/x"],
    ["/api/v1/assets/lake/not-there", "lake/not-there"],
    ["/api/v1/assets/s3%2Forders", '["s3/orders"]'],
    ["/api/v1/assets//s3", "/s3"],
    ["/api/v1/partitions?asset_key=lake/x", "lake/x"],
    ["/api/v1/partitions?asset_key=lake/x&missing=true", "lake/x"],
    ["/api/v1/definitions?prefix=lake", "lake"],
    ["/api/v1/definitions?asset_key=lake/x", "lake/x"],
    ["/api/v1/definitions/lake/x", "lake/x"],
    ["/api/v1/definitions/s3x/y", "s3x/y"],
    ["/api/v1/alerts?prefix=lake", "lake"],
    ["/api/v1/alerts?asset_key=lake/x", "lake/x"],
    ["/api/v1/freshness?prefix=s3x", "s3x"],
    ["/api/v1/checks?asset_key=lake/x", "lake/x"],
    ["/api/v1/wait?asset_key=lake/x&since=0", "lake/x"],
    ["/api/v1/wait?asset_key=s3/orders&asset_key=s3x&partition=p", "s3x"],
    ["/api/v1/checks?asset_key=lake/x&failing=true", "lake/x"],
    ["/api/v1/checks?failing=true&prefix=lake", "lake"],
    ["/api/v1/assets?failing=true&prefix=lake", "lake"],
  ])("is refused what it names outside: %s", async (path, key) => {
    const { ask } = await filled();
    expect(await ask(path)).toEqual(refusal(key));
  });

  test("finds no event outside by its id, just as where there is none", async () => {
    const { ask, log } = await filled();
    for (const method of ["GET", "DELETE"]) {
      for (const id of [2, 3, 7, 99]) {
        const answer = await ask(`/api/v1/events/${id}`, { method });
        expect(answer).toEqual({ status: 404, body: { error: `There is no event with the id ${id}.` } });
      }
    }
    expect(await log.get(2)).toBeDefined();
    expect((await ask("/api/v1/events/1")).status).toBe(200);
  });

  test("wipes within, and a wipe says who", async () => {
    const { ask, log } = await filled();
    expect(await ask("/api/v1/assets?asset_key=lake/x", { method: "DELETE" })).toEqual(refusal("lake/x"));
    const partition = await ask("/api/v1/assets?asset_key=lake/x&partition=p", { method: "DELETE" });
    expect(partition).toEqual(refusal("lake/x"));
    const none = await ask("/api/v1/assets?asset_key=lake/x&no_partition=true", { method: "DELETE" });
    expect(none).toEqual(refusal("lake/x"));
    expect((await log.asset(["lake", "x"]))?.counts.materializations).toBe(1);
    expect((await ask("/api/v1/assets?asset_key=s3/orders", { method: "DELETE" })).status).toBe(200);
    expect((await ask("/api/v1/events/5", { method: "DELETE" })).status).toBe(200);
    const { events } = await log.query({ type: "ASSET_WIPED", after: 7 }, { order: "asc", limit: 10 });
    const traces = [
      assetWiped(["s3", "orders"], null, { what: "asset" }, "s3"),
      assetWiped(["s3"], null, { what: "event", eventId: 5 }, "s3"),
    ];
    expect(events.map(({ assetKey, metadata }) => ({ assetKey, metadata }))).toEqual(
      traces.map(({ assetKey, metadata }) => ({ assetKey, metadata })),
    );
  });

  test("reports within, by whichever way the key comes", async () => {
    const { ask, log } = await filled();
    const json = { "content-type": "application/json" };
    const report = (target: string, body?: object) =>
      ask(`/report_asset_materialization${target}`, {
        method: "POST",
        headers: body === undefined ? {} : json,
        body: body === undefined ? null : JSON.stringify(body),
      });
    expect((await report("/s3/orders")).status).toBe(200);
    expect((await report("/s3%2Forders")).status).toBe(200);
    expect(await report("/lake/x")).toEqual(refusal("lake/x"));
    expect(await report("", { asset_key: ["lake", "x"] })).toEqual(refusal("lake/x"));
    expect(await report("?asset_key=lake.x")).toEqual(refusal("lake/x"));
    // The path's key is the one that counts.
    expect(await report("/lake/x?asset_key=s3", { asset_key: ["s3"] })).toEqual(refusal("lake/x"));
    expect((await log.asset(["lake", "x"]))?.counts.materializations).toBe(1);
  });

  test("has an array refused whole, and of lines those outside alone", async () => {
    const { post, log } = await filled();
    const inside = materializationOf("s3/new");
    const outside = materializationOf("lake/new");
    expect(await post(JSON.stringify(outside))).toEqual(refusal("lake/new"));
    expect(await post(JSON.stringify([inside, outside]))).toEqual(refusal("lake/new"));
    expect(await log.asset(["s3", "new"])).toBeUndefined();
    const lines = linesOf(outside, inside, "no event", outside, inside);
    const { status, body } = await post(lines, "application/x-ndjson");
    expect([status, body.received, body.recorded, body.failed]).toEqual([200, 5, 2, 3]);
    expect(body.errors).toMatchObject([
      { line: 1, error: expect.stringContaining("lake/new is none of them") },
      { line: 3 },
      { line: 4, error: expect.stringContaining("lake/new is none of them") },
    ]);
    expect((await log.asset(["s3", "new"]))?.counts.materializations).toBe(2);
    expect(await log.asset(["lake", "new"])).toBeUndefined();
  });

  test("learns by no line whether an event outside was recorded", async () => {
    const { post, log } = await filled();
    const event = { ...materializationOf("lake/x", { timestamp: 1 }), idempotency_key: `${await log.id()}/2` };
    const { body } = await post(linesOf(event), "application/x-ndjson");
    expect(body).toMatchObject({ duplicates: 0, failed: 1 });
  });

  test("follows what lies there, live", async () => {
    const { app, post } = await filled();
    const whole = (body: object) =>
      app.request("/api/v1/events", {
        method: "POST",
        headers: { ...bearer("all"), "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const blocks = readStream(await app.request("/api/v1/events/stream?after=0", { headers: bearer("s3") }));
    const take = async (count: number) => {
      const taken: unknown[] = [];
      for (; taken.length < count; ) taken.push((await blocks.next()).value?.id);
      return taken;
    };
    expect(await take(4)).toEqual([0, 1, 5, 6]); // where it starts, and what there is
    await whole(materializationOf("lake/x"));
    await post(JSON.stringify(materializationOf("s3/orders")));
    expect(await take(1)).toEqual([9]);
    await blocks.return(undefined);
  });
});
