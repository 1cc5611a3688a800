import { describe, expect, test } from "bun:test";
import { openTokenCache } from "../../../../adapters/http/access/token-cache.ts";
import { createMetrics } from "../../../../adapters/server/http.ts";
import { materialization } from "../../../../core/index.ts";
import {
  createMemoryEventLog,
  createMemoryTokenStore,
  type EventLog,
  EventLogError,
  type EventLogErrorCode,
  type UnitResult,
} from "../../../../storage/index.ts";
import { bearer, namedToken } from "../guarded.ts";
import { config, linesOf, materializationOf, memory, type NativeApp, nativeApp, noon } from "../native.ts";
import { testApp } from "../test-app.ts";
import { alertOf, standInWatchStore, subjectOf } from "../watching/stand-in-watch-store.ts";

/** The values of a scrape, by name and labels as they are written. */
async function scrape(app: NativeApp): Promise<ReadonlyMap<string, number>> {
  const response = await app.metrics();
  expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

const reported = (kind: string, outcome: string) =>
  `runless_reported_events_total{kind="${kind}",outcome="${outcome}"}`;

describe("GET /metrics", () => {
  test("counts reports by kind and by what became of them", async () => {
    const app = nativeApp();
    await app.post(materializationOf("a"), { "idempotency-key": "k" });
    await app.post(materializationOf("a"), { "idempotency-key": "k" });
    await app.post(materializationOf("a", { description: "other" }), { "idempotency-key": "k" });
    await app.post([materializationOf("a"), { ...materializationOf("a"), type: "ASSET_OBSERVATION" }]);
    const check = { ...materializationOf("a"), type: "ASSET_CHECK_EVALUATION", check_name: "c", passed: true };
    await app.postLines(linesOf(check, check, { type: "nonsense" }));
    const found = await scrape(app);
    expect(found.get(reported("materialization", "recorded"))).toBe(2);
    expect(found.get(reported("materialization", "duplicate"))).toBe(1);
    expect(found.get(reported("materialization", "conflict"))).toBe(1);
    expect(found.get(reported("observation", "recorded"))).toBe(1);
    expect(found.get(reported("check", "recorded"))).toBe(2);
    expect(found.get(reported("check", "failed"))).toBe(0);
  });

  test.each([
    ["overloaded", "overloaded"],
    ["unavailable", "unavailable"],
    ["closed", "unavailable"],
    ["unknown_outcome", "unknown"],
  ] as const)("counts a report that the log refuses with %s as %s", async (code, outcome) => {
    const app = nativeApp({ log: refusing(code) });
    await app.post(materializationOf("a"));
    const found = await scrape(app);
    expect(found.get(reported("materialization", outcome))).toBe(1);
    expect(found.get("runless_queue_events")).toBe(0);
  });

  test("counts an event that the log can't keep as failed", async () => {
    const append = async (): Promise<UnitResult[]> => [{ status: "failed", message: "It is too odd." }];
    const app = nativeApp({ log: { ...memory(), append } });
    await app.post(materializationOf("a"));
    expect((await scrape(app)).get(reported("materialization", "failed"))).toBe(1);
  });

  test("tells how much each commit took, and how long", async () => {
    const metrics = createMetrics();
    const app = nativeApp({ metrics, log: createMemoryEventLog({ now: () => noon, onCommit: metrics.committed }) });
    await app.post([materializationOf("a"), materializationOf("b"), materializationOf("c")]);
    await app.post(materializationOf("a"));
    const found = await scrape(app);
    expect(found.get("runless_commit_events_count")).toBe(2);
    expect(found.get("runless_commit_events_sum")).toBe(4);
    expect(found.get('runless_commit_events_bucket{le="2"}')).toBe(1);
    expect(found.get("runless_commit_duration_seconds_count")).toBe(2);
  });

  test("tells how much waits for its commit, and how long the first of it has", async () => {
    let commit = () => {};
    const append: EventLog["append"] = (units) =>
      new Promise((resolve) => {
        commit = () => resolve(units.map(() => ({ status: "recorded", events: [{ id: 1, duplicate: false }] })));
      });
    const app = nativeApp({ log: { ...memory(), append } });
    const waiting = app.post([materializationOf("a"), materializationOf("b")]);
    await until(async () => (await scrape(app)).get("runless_queue_events") === 2);
    const first = (await scrape(app)).get("runless_queue_oldest_seconds") ?? 0;
    await until(async () => ((await scrape(app)).get("runless_queue_oldest_seconds") ?? 0) > first);
    commit();
    await waiting;
    const found = await scrape(app);
    expect([found.get("runless_queue_events"), found.get("runless_queue_oldest_seconds")]).toEqual([0, 0]);
  });

  test("tells what the log holds", async () => {
    const app = nativeApp();
    await app.log.append([[{ event: materialization("a") }, { event: materialization("b") }]]);
    const found = await scrape(app);
    expect(found.get("runless_assets")).toBe(2);
    expect(found.get('runless_events{kind="materialization"}')).toBe(2);
    expect(found.get('runless_events{kind="check"}')).toBe(0);
    expect(found.get("runless_database_bytes")).toBeNaN(); // this log is in memory
  });

  test("tells the rest where the log can't be read", async () => {
    const stats = () => Promise.reject(new EventLogError("unavailable", "Gone."));
    const app = nativeApp({ log: { ...memory(), stats } });
    await app.post(materializationOf("a"));
    const found = await scrape(app);
    expect(found.get("runless_assets")).toBeNaN();
    expect(found.get(reported("materialization", "recorded"))).toBe(1);
  });

  test("asks the log for what it holds once in ten seconds, however often it is asked", async () => {
    const log = memory();
    let asked = 0;
    const stats = () => {
      asked++;
      return log.stats();
    };
    const app = nativeApp({ log: { ...log, stats } });
    await Promise.all([scrape(app), scrape(app)]);
    await scrape(app);
    expect(asked).toBe(1);
  });

  test("counts requests by route and status, and never by what a caller makes up", async () => {
    const app = nativeApp();
    for (const path of ["events/1", "events/2", "assets/a/b", "assets", "nope/1", "nope/2"]) await app.request(path);
    await app.request("events", { method: "PROPFIND" });
    await app.post("nonsense");
    const found = await scrape(app);
    const count = (method: string, route: string, status: number) =>
      found.get(`runless_http_requests_total{method="${method}",route="${route}",status="${status}"}`);
    expect(count("GET", "/api/v1/events/:id", 404)).toBe(2);
    expect(count("GET", "/api/v1/assets/*", 404)).toBe(1);
    expect(count("GET", "/api/v1/assets", 200)).toBe(1);
    expect(count("GET", "other", 404)).toBe(2);
    expect(count("other", "/api/v1/events", 405)).toBe(1);
    expect(count("POST", "/api/v1/events", 400)).toBe(1);
    const duration = 'runless_http_request_duration_seconds_count{method="GET",route="/api/v1/events/:id"}';
    expect(found.get(duration)).toBe(2);
  });

  test("tells the age of each asset only where it is asked to", async () => {
    const log = memory();
    await log.append([[{ event: materialization(["a", 'b"\n'], { timestamp: noon - 90_500 }) }]]);
    const age = (app: NativeApp) =>
      scrape(app).then((found) => [...found].filter(([name]) => name.startsWith("runless_asset_materialization")));
    expect(await age(nativeApp({ log }))).toEqual([]);
    const asked = nativeApp({ log, config: { ...config, metrics: { assets: true } } });
    expect(await age(asked)).toEqual([
      [String.raw`runless_asset_materialization_age_seconds{asset_key="a/b\"\n"}`, 90.5],
    ]);
  });

  test("tells how many subjects have each state, and how many alerts fire", async () => {
    const watching = standInWatchStore({
      subjects: [subjectOf("a"), subjectOf("b", { state: "FAIL" }), subjectOf("c", { state: "FAIL" })],
      alerts: [
        alertOf(1, "b"),
        alertOf(2, "c", { severity: "WARN" }),
        alertOf(3, "c"),
        alertOf(4, "a", { kind: "check", checkName: "c" }),
        alertOf(5, "a", { status: "resolved" }),
      ],
    });
    const found = await scrape(nativeApp({ watching }));
    const subjects = ["PASS", "WARN", "FAIL", "UNKNOWN"].map((state) =>
      found.get(`runless_freshness_subjects{state="${state}"}`),
    );
    expect(subjects).toEqual([1, 0, 2, 0]);
    const firing = ["freshness", "check"].flatMap((kind) =>
      ["WARN", "ERROR"].map((severity) => found.get(`runless_alerts_firing{kind="${kind}",severity="${severity}"}`)),
    );
    expect(firing).toEqual([1, 2, 0, 1]);
  });

  test("tells nothing is watched where nothing can be, and the rest where that can't be read", async () => {
    const without = await scrape(nativeApp({ watching: standInWatchStore() }));
    expect(without.get('runless_freshness_subjects{state="FAIL"}')).toBe(0);
    expect(without.get('runless_alerts_firing{kind="check",severity="ERROR"}')).toBe(0);
    const counts = () => Promise.reject(new EventLogError("unavailable", "Gone."));
    const gone = await scrape(nativeApp({ watching: { ...standInWatchStore(), counts } }));
    expect(gone.get('runless_freshness_subjects{state="FAIL"}')).toBeNaN();
    expect(gone.get('runless_alerts_firing{kind="check",severity="ERROR"}')).toBeNaN();
    expect(gone.get("runless_assets")).toBe(0);
  });

  test("tells how far the watcher of the process is", async () => {
    const metrics = createMetrics();
    const app = nativeApp({ metrics });
    const watcher = async () => {
      const found = await scrape(app);
      return ["lag_events", "is_holder", "last_evaluation_timestamp_seconds"].map((name) =>
        found.get(`runless_watcher_${name}`),
      );
    };
    expect(await watcher()).toEqual([0, 0, 0]);
    metrics.watched({ behind: 7, isHolder: true, evaluatedAt: noon + 500 });
    expect(await watcher()).toEqual([7, 1, noon / 1000 + 0.5]);
    metrics.watched({ behind: 0, isHolder: false, evaluatedAt: null });
    expect(await watcher()).toEqual([0, 0, 0]);
  });

  test("tells a token with a prefix the ages of its own assets alone", async () => {
    const log = memory();
    await log.append([[{ event: materialization(["a", "b"]) }, { event: materialization("c") }]]);
    const store = createMemoryTokenStore({ now: () => noon });
    await store.create(namedToken("t", { scopes: ["read"], prefix: ["a"] }));
    const tokens = await openTokenCache({ store, now: () => noon });
    const watching = standInWatchStore({ subjects: [subjectOf("c")], alerts: [alertOf(1, "c")] });
    const app = testApp({ log, tokens, watching, config: { ...config, metrics: { assets: true } }, now: () => noon });
    const text = await (await app.request("/metrics", { headers: bearer("t") })).text();
    expect(text).toContain('asset_key="a/b"');
    expect(text).not.toContain('asset_key="c"');
    expect(text).not.toMatch(/^(?!#|runless_asset_)./m);
  });

  test("refuses a token with a prefix where no ages are told, since all else is of the whole log", async () => {
    const store = createMemoryTokenStore({ now: () => noon });
    await store.create(namedToken("t", { scopes: ["read"], prefix: ["a"] }));
    const tokens = await openTokenCache({ store, now: () => noon });
    const response = await testApp({ log: memory(), tokens, now: () => noon }).request("/metrics", {
      headers: bearer("t"),
    });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("--metrics-assets")]);
  });
});

function refusing(code: EventLogErrorCode): EventLog {
  return { ...memory(), append: () => Promise.reject(new EventLogError(code, "No.")) };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
