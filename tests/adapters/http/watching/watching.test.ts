import { describe, expect, test } from "bun:test";
import { createApp } from "../../../../adapters/server/http.ts";
import { materialization } from "../../../../core/index.ts";
import { createMemoryDefinitionStore, type Mute } from "../../../../storage/index.ts";
import { defined } from "../../../../storage/testing/definition-store/harness.ts";
import { bearer, guardedApp, namedToken } from "../guarded.ts";
import { memory, nativeApp, noon } from "../native.ts";
import { alertOf, at, freshnessOf, standInWatchStore, subjectOf, type Watched } from "./stand-in-watch-store.ts";

const iso = (time: number) => new Date(time).toISOString();
const json = { "content-type": "application/json" };

function watchedApp(watched: Partial<Watched> = {}) {
  const app = nativeApp({ watching: standInWatchStore(watched) });
  const mute = (body: unknown, headers: Readonly<Record<string, string>> = json) =>
    app.ask("alerts/mute", { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
  return { ...app, mute };
}

describe("GET /api/v1/alerts", () => {
  const alerts = () => [
    alertOf(1, "s3/orders", { status: "resolved", resolvedAt: at + 1000, reason: "reported" }),
    alertOf(2, "s3/orders", { partition: "2026-11-22", eventId: 42, owners: ["team:a"], group: "g", tags: { t: "x" } }),
    alertOf(3, "lake/x", { kind: "check", checkName: "no_nulls", severity: "WARN", reason: "check_failed" }),
  ];
  const ids = async (query: string) => {
    const { status, body } = await watchedApp({ alerts: alerts() }).ask(`alerts${query}`);
    expect(status).toBe(200);
    return (body as { alerts: { id: number }[] }).alerts.map(({ id }) => id);
  };

  test("lists alerts, newest first, with every member", async () => {
    const { body } = await watchedApp({ alerts: alerts() }).ask("alerts?limit=2");
    expect(body).toEqual({
      alerts: [
        {
          ...{ id: 3, kind: "check", status: "firing", severity: "WARN", asset_key: ["lake", "x"], partition: null },
          ...{ check_name: "no_nulls", since: iso(at), resolved_at: null, event_id: null, reason: "check_failed" },
          ...{ muted_until: null, owners: [], group: null, tags: {} },
        },
        {
          ...{ id: 2, kind: "freshness", status: "firing", severity: "ERROR", asset_key: ["s3", "orders"] },
          ...{ partition: "2026-11-22", check_name: null, since: iso(at), resolved_at: null, event_id: 42 },
          ...{ reason: "deadline", muted_until: null, owners: ["team:a"], group: "g", tags: { t: "x" } },
        },
      ],
      cursor: "2",
      has_more: true,
    });
  });

  test.each([
    ["", [3, 2, 1]],
    ["?status=firing", [3, 2]],
    ["?status=resolved", [1]],
    ["?kind=check", [3]],
    ["?prefix=s3", [2, 1]],
    ["?asset_key=lake/x", [3]],
    ["?asset_key=s3", []],
    ["?limit=2&cursor=2", [1]],
  ])("%s lists %p", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test.each([
    ["?status=open", "The parameter status must be firing or resolved."],
    ["?kind=job", "The parameter kind must be freshness or check."],
    ["?asset=a", 'There is no parameter "asset". Those there are: status, kind, asset_key, prefix, limit, cursor.'],
    ["/1234567890123456", "An alert's id is a whole number."],
    ["/1?x=1", 'There is no parameter "x".'],
    ["/mutes?x=1", 'There is no parameter "x".'],
  ])("%s is a 400: %s", async (query, sentence) => {
    expect(await watchedApp().ask(`alerts${query}`)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(sentence) },
    });
  });

  test("one alert is read by its id, and one that is not there is a 404", async () => {
    const { ask } = watchedApp({ alerts: alerts() });
    expect((await ask("alerts/1")).body).toMatchObject({ id: 1, status: "resolved", resolved_at: iso(at + 1000) });
    expect(await ask("alerts/9")).toMatchObject({ status: 404, body: { error: "There is no alert with the id 9." } });
  });

  test("a path that is no id, or another method, is told so", async () => {
    const { ask } = watchedApp();
    expect((await ask("alerts/x")).status).toBe(404);
    const wrong = await ask("alerts/mute");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST, DELETE"]);
    expect((await ask("alerts/1/close")).headers.get("allow")).toBe("POST");
  });

  test("an alert is closed by its id, once", async () => {
    const { ask } = watchedApp({ alerts: alerts() });
    const close = (id: number, init: RequestInit = {}) => ask(`alerts/${id}/close`, { method: "POST", ...init });
    const closed = { id: 3, status: "resolved", reason: "closed", resolved_at: iso(at + 1) };
    expect(await close(3, { body: "{}", headers: json })).toMatchObject({ status: 200, body: closed });
    expect(await close(3)).toMatchObject({ status: 200, body: closed });
    expect((await ask("alerts?status=firing")).body).toMatchObject({ alerts: [{ id: 2 }] });
    expect(await close(9)).toMatchObject({ status: 404 });
  });
});

describe("POST /api/v1/alerts/mute", () => {
  test.each([
    ["2026-11-23T13:00:00+01:00", noon],
    ["1795435200.5", 1_795_435_200_500],
    [1_795_435_200, 1_795_435_200_000],
    ["2027-11-24T11:59:59.999Z", noon - 1 + 366 * 86_400_000],
  ])("mutes until %p", async (until, expected) => {
    const mutes: Mute[] = [];
    const app = nativeApp({ watching: standInWatchStore({ mutes }), now: () => noon - 1 });
    const body = JSON.stringify({ asset_key: "s3/orders", until });
    const answer = await app.ask("alerts/mute", { method: "POST", headers: json, body });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ asset_key: ["s3", "orders"], until: iso(expected), by: null });
    expect(mutes).toEqual([{ name: { assetKey: ["s3", "orders"] }, until: expected, by: null }]);
  });

  test("mutes a key or what is below a prefix, lists both, and ends each by itself", async () => {
    const { ask, mute } = watchedApp();
    const until = iso(noon + 3_600_000);
    const muted = { asset_key: ["a"], until, by: null };
    expect((await mute({ asset_key: ["a"], until })).body).toEqual(muted);
    expect((await mute({ prefix: "a", asset_key: null, until })).body).toEqual({ prefix: ["a"], until, by: null });
    expect((await ask("alerts/mutes")).body).toEqual({ mutes: [muted, { prefix: ["a"], until, by: null }] });
    const end = (query: string) => ask(`alerts/mute?${query}`, { method: "DELETE" });
    expect(await end("prefix=a")).toMatchObject({ status: 200, body: { unmuted: true } });
    expect(await end("prefix=a")).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining("The prefix a is not muted.") },
    });
    expect((await ask("alerts/mutes")).body).toEqual({ mutes: [muted] });
    expect((await end("asset_key=a")).status).toBe(200);
  });

  const until = iso(noon + 3_600_000);
  test.each([
    ["a", "{", "The body is not JSON."],
    ["b", [], "The body must be a JSON object"],
    ["c", { until }, "Give one of the fields asset_key and prefix"],
    ["d", { asset_key: "a", prefix: "a", until }, "Give one of the fields asset_key and prefix"],
    ["e", { asset_key: "//", until }, "The field asset_key must be parts joined by / or an array of strings"],
    ["f", { prefix: [1], until }, "The field prefix must be parts joined by / or an array of strings"],
    ["g", { asset_key: "a" }, "The field until must be a time: RFC 3339"],
    ["h", { asset_key: "a", until: "soon" }, "The field until must be a time: RFC 3339"],
    ["i", { asset_key: "a", until: [1_795_435_200] }, "The field until must be a time: RFC 3339"],
    ["j", { asset_key: "a", until: noon + 60_000 }, "this looks like milliseconds"],
    ["k", { asset_key: "a", until: iso(noon) }, "The field until must be in the future, and at most 366 days ahead."],
    ["l", { asset_key: "a", until: iso(noon + 367 * 86_400_000) }, "The field until must be in the future"],
    ["m", { asset_key: "a", until, key: "a" }, 'There is no field "key" of a mute.'],
    ["n", '{"__proto__": {}, "asset_key": "a", "until": 1}', 'There is no field "__proto__" of a mute.'],
  ])("%s: %p is a 400: %s", async (_, body, sentence) => {
    const { ask, mute } = watchedApp();
    expect(await mute(body)).toMatchObject({ status: 400, body: { error: expect.stringContaining(sentence) } });
    expect((await ask("alerts/mutes")).body).toEqual({ mutes: [] });
  });

  test("takes JSON alone, of a bounded size", async () => {
    const { mute } = watchedApp();
    expect((await mute({ asset_key: "a", until }, { "content-type": "text/csv" })).status).toBe(415);
    expect((await mute(`{"asset_key":"${"a".repeat(70_000)}"}`)).status).toBe(413);
    expect((await mute(JSON.stringify({ asset_key: "a", until }), {})).status).toBe(200);
  });

  test.each([
    ["DELETE", "alerts/mute", "Give one of the parameters asset_key and prefix"],
    ["DELETE", "alerts/mute?asset_key=a&prefix=a", "Give one of the parameters asset_key and prefix"],
    ["DELETE", "alerts/mute?until=1", 'There is no parameter "until"'],
    ["POST", "alerts/mute?asset_key=a", 'There is no parameter "asset_key"'],
    ["POST", "alerts/1/close?x=1", 'There is no parameter "x"'],
  ])("%s %s is a 400: %s", async (method, path, sentence) => {
    const init = { method, headers: json, body: method === "POST" ? "{}" : null };
    expect(await watchedApp().ask(path, init)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(sentence) },
    });
  });
});

describe("GET /api/v1/freshness", () => {
  const subjects = () => [
    subjectOf("lake/x", { state: "FAIL", lastAt: null, nextAt: null, definedAt: null }),
    subjectOf("s3/orders", { partition: "2026-11-21" }),
    subjectOf("s3/orders", { partition: "2026-11-22", state: "FAIL" }),
  ];

  test("lists subjects with every member, page by page", async () => {
    const { ask } = watchedApp({ subjects: subjects() });
    expect((await ask("freshness?limit=1")).body).toEqual({
      subjects: [
        {
          ...{ asset_key: ["lake", "x"], partition: null, state: "FAIL", since: iso(at), last_at: null },
          ...{ deadline: iso(at + 86_400_000), next_change_at: null, defined_at: null },
        },
      ],
      cursor: "1",
      has_more: true,
    });
    expect((await ask("freshness?cursor=1")).body).toMatchObject({
      subjects: [{ partition: "2026-11-21", last_at: iso(at) }, { partition: "2026-11-22" }],
      has_more: false,
    });
  });

  test("narrows to a state and a prefix", async () => {
    const { ask } = watchedApp({ subjects: subjects() });
    const { body } = await ask("freshness?state=FAIL&prefix=s3");
    expect(body).toMatchObject({ subjects: [{ asset_key: ["s3", "orders"], partition: "2026-11-22" }] });
    const wrong = await ask("freshness?state=fail");
    expect(wrong).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("must be PASS, WARN, FAIL or UNKNOWN") },
    });
  });
});

describe("what else has freshness", () => {
  const freshness = { type: "time_window", fail_window: "24h", timezone: "UTC" } as const;
  const partitions = { type: "static", keys: ["eu", "us", "asia"] } as const;

  async function filled() {
    const log = memory();
    await log.append([[{ event: materialization("a") }, { event: materialization("b", { partition: "eu" }) }]]);
    await log.append([[{ event: materialization("b", { partition: "odd" }) }]]);
    const definitions = createMemoryDefinitionStore({ now: () => noon });
    await definitions.replace(
      "s",
      defined({ key: "a", freshness }, { key: "b", partitions }, { key: "never", freshness }),
    );
    const watching = standInWatchStore({
      assets: [
        freshnessOf("a", { state: "WARN" }),
        freshnessOf("b", { state: "FAIL", partitions: { PASS: 1, FAIL: 1 } }),
        freshnessOf("never", { state: "UNKNOWN", lastAt: null }),
      ],
      subjects: [subjectOf("b", { partition: "eu" }), subjectOf("b", { partition: "us", state: "FAIL" })],
    });
    return nativeApp({ log, definitions, watching });
  }
  const known = {
    since: iso(at),
    deadline: iso(at + 86_400_000),
    last_at: iso(at),
    next_change_at: iso(at + 86_400_000),
  };

  test("the record of an asset, with the policy of its definition", async () => {
    const { ask } = await filled();
    const a = { state: "WARN", policy: freshness, ...known, partitions: null };
    const b = { state: "FAIL", policy: null, ...known, partitions: { PASS: 1, FAIL: 1 } };
    const recordOf = async (path: string) => ((await ask(path)).body as { freshness: unknown }).freshness;
    expect(await recordOf("assets/a")).toEqual(a);
    expect(await recordOf("assets?asset_key=b")).toEqual(b);
    expect(await recordOf("assets/never")).toEqual({ ...a, state: "UNKNOWN", last_at: null });
    const { assets } = (await ask("assets")).body as { assets: { freshness: unknown }[] };
    expect(assets.map(({ freshness }) => freshness)).toEqual([a, b]);
  });

  test("an asset that is not watched has null", async () => {
    const log = memory();
    await log.append([[{ event: materialization("a") }]]);
    for (const app of [nativeApp({ log }), nativeApp({ log, watching: standInWatchStore() })]) {
      expect((await app.ask("assets/a")).body).toMatchObject({ freshness: null });
      expect((await app.ask("assets")).body).toMatchObject({ assets: [{ freshness: null }] });
    }
  });

  test("expected partitions have their states, and null where they are not watched", async () => {
    const { ask } = await filled();
    const { body } = await ask("partitions?asset_key=b&expected=true");
    expect(body).toMatchObject({
      partitions: [
        { partition: "eu", state: "PASS" },
        { partition: "odd", state: null },
      ],
      missing: [
        { partition: "us", state: "FAIL" },
        { partition: "asia", state: null },
      ],
      unexpected: ["odd"],
    });
    expect((await ask("partitions?asset_key=b&missing=true")).body).toMatchObject({
      missing: [{ state: "FAIL" }, { state: null }],
    });
    const { partitions } = (await ask("partitions?asset_key=b")).body as { partitions: object[] };
    expect(partitions.map((one) => "state" in one)).toEqual([false, false]);
  });
});

test.each([
  ["GET", "freshness"],
  ["GET", "alerts"],
  ["GET", "alerts/1"],
  ["GET", "alerts/mutes"],
  ["POST", "alerts/1/close"],
  ["POST", "alerts/mute"],
  ["DELETE", "alerts/mute?prefix=a"],
])("without a store %s %s is a 501", async (method, path) => {
  const body = method === "POST" ? JSON.stringify({ prefix: "a", until: iso(noon + 1000) }) : null;
  const { fetch } = createApp({ log: memory(), now: () => noon });
  const answer = await fetch(new Request(`http://localhost/api/v1/${path}`, { method, headers: json, body }));
  const error = expect.stringContaining("createApp one: { log, definitions, watching }");
  expect([answer.status, await answer.json()]).toEqual([501, { error }]);
});

describe("a token with a prefix", () => {
  const until = iso(noon + 1000);
  async function filled() {
    const alerts = [alertOf(1, "s3/orders"), alertOf(2, "lake/x"), alertOf(3, "s3x")];
    const subjects = [subjectOf("lake/x"), subjectOf("s3/orders"), subjectOf("s3x")];
    const mutes: Mute[] = [
      { name: { prefix: ["lake"] }, until: noon + 1, by: null },
      { name: { assetKey: ["s3", "orders"] }, until: noon + 1, by: "anna" },
      { name: { prefix: ["s3x"] }, until: noon + 1, by: null },
    ];
    const token = namedToken("s3", { scopes: ["admin"], prefix: ["s3"] });
    const { app } = await guardedApp([token], memory(), { watching: standInWatchStore({ alerts, subjects, mutes }) });
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await app.request(`/api/v1/${path}`, { ...init, headers: { ...bearer("s3"), ...json } });
      // biome-ignore lint/suspicious/noExplicitAny: answers are looked into
      return { status: response.status, body: (await response.json()) as any };
    };
    return { ask, alerts, mutes };
  }

  test("lists what is inside alone", async () => {
    const { ask } = await filled();
    expect((await ask("alerts")).body.alerts).toMatchObject([{ id: 1 }]);
    expect((await ask("alerts?asset_key=s3/orders")).body.alerts).toMatchObject([{ id: 1 }]);
    expect((await ask("freshness")).body.subjects).toMatchObject([{ asset_key: ["s3", "orders"] }]);
    expect((await ask("alerts/mutes")).body.mutes).toMatchObject([{ asset_key: ["s3", "orders"], by: "anna" }]);
    expect((await ask("alerts/1")).body.id).toBe(1);
  });

  test("is refused an alert outside, without being told its key", async () => {
    const { ask, alerts } = await filled();
    for (const [path, method] of [
      ["alerts/2", "GET"],
      ["alerts/3", "GET"],
      ["alerts/2/close", "POST"],
    ] as const) {
      const { status, body } = await ask(path, { method });
      expect([status, body.error]).toEqual([
        403,
        expect.stringMatching(/^The alert \d is of an asset that the token s3 is/),
      ]);
      expect(body.error).not.toMatch(/lake|s3x/);
    }
    expect(alerts.every(({ status }) => status === "firing")).toBe(true);
    expect((await ask("alerts/1/close", { method: "POST" })).body.status).toBe("resolved");
  });

  const refusal = {
    status: 403,
    body: { error: expect.stringContaining("The token s3 is for s3 and the keys below it") },
  };

  test.each(["alerts?prefix=lake", "alerts?asset_key=s3x", "freshness?prefix=s3x"])("is refused %s", async (path) => {
    expect(await (await filled()).ask(path)).toMatchObject(refusal);
  });

  test("mutes within, and ends mutes within, in its own name", async () => {
    const { ask, mutes } = await filled();
    const mute = (body: object) => ask("alerts/mute", { method: "POST", body: JSON.stringify({ ...body, until }) });
    expect(await mute({ prefix: "s3" })).toMatchObject({ status: 200, body: { by: "s3" } });
    for (const body of [{ prefix: "lake" }, { asset_key: "s3x" }, { prefix: ["s3/orders"] }]) {
      expect(await mute(body)).toMatchObject(refusal);
    }
    const end = (query: string) => ask(`alerts/mute?${query}`, { method: "DELETE" });
    expect(await end("prefix=lake")).toMatchObject(refusal);
    expect((await end("prefix=s3")).status).toBe(200);
    expect(mutes).toHaveLength(3);
  });
});
