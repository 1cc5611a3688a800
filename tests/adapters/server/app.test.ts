import { expect, test } from "bun:test";
import { defaultLimits } from "../../../adapters/config/limits.ts";
import { createMemoryEventLog, type EventLog, EventLogError } from "../../../storage/index.ts";
import { testApp } from "../http/test-app.ts";

const config = { limits: { ...defaultLimits, bodyBytes: 1000 } };
const memory = () => createMemoryEventLog({ now: () => 0 });
const failing = (error: unknown): EventLog => ({ ...memory(), append: () => Promise.reject(error) });
const report = async (log: EventLog): Promise<Response> =>
  testApp({ log, config }).request("/report_asset_materialization/a", { method: "POST" });

test("createApp answers a Request without a socket", async () => {
  const log = memory();
  expect(await (await report(log)).text()).toBe("{}");
  expect(await log.get(1)).toMatchObject({ type: "ASSET_MATERIALIZATION", assetKey: ["a"] });
});

test.each([
  ["unavailable", 503],
  ["unknown_outcome", 503],
  ["closed", 503],
  ["conflict", 422],
  ["rejected", 500],
] as const)("a log that fails with %s is answered with %d and its message", async (code, status) => {
  const response = await report(failing(new EventLogError(code, "What happened.")));
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: "What happened." });
  expect(response.headers.get("retry-after")).toBe(status === 503 ? "1" : null);
});

test("a mistake of ours is a 500 that gives nothing away", async () => {
  const logged: unknown[] = [];
  const { error } = console;
  console.error = (...args) => void logged.push(...args);
  const mistake = new Error("secret");
  const response = await report(failing(mistake)).finally(() => {
    console.error = error;
  });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
  expect(logged).toEqual([mistake]);
});

test("a server that is shutting down is alive and not ready", async () => {
  const app = testApp({ log: memory(), config, isAccepting: () => false });
  expect((await app.request("/health")).status).toBe(200);
  expect((await app.request("/ready")).status).toBe(503);
});

test.each([
  [undefined, 200],
  ["k".repeat(255), 200],
  ["", 400],
  ["k".repeat(256), 400],
])("the Idempotency-Key %p is answered with %d", async (key, status) => {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  const app = testApp({ log: memory(), config });
  const response = await app.request("/report_asset_materialization/a", { method: "POST", headers });
  expect(response.status).toBe(status);
});

test("what is not there hints at /docs outside the API, and is a page for a browser", async () => {
  const { request } = testApp({ log: memory(), config });
  const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
  const page = await request("/nothing?a", { headers: browser });
  expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
  expect(await page.text()).toContain(
    '<bdi>There is nothing at /nothing.</bdi> <a href="/docs">/docs</a> says what there is.',
  );
  for (const [path, accept] of [
    ["/nothing", "*/*"],
    ["/nothing", "application/json"],
    ["/nothing", "text/html;q=0, */*"],
    ["/api/v1/nothing", browser.accept],
  ] as const) {
    const answer = await request(path, { headers: { accept } });
    const hint = path === "/nothing" ? " /docs says what there is." : "";
    expect([answer.status, await answer.json()]).toEqual([404, { error: `There is nothing at ${path}.${hint}` }]);
  }
});

test.each([
  ["/api/api/v1/events", " The API is at /api/v1/events: a server's address (--url) has no /api at its end."],
  ["/api/v1/api/v1/assets/a", " The API is at /api/v1/assets/a: a server's address (--url) has no /api/v1 at its end."],
  ["/runless/api/v1/events", " The API is at /api/v1/events: a server's address (--url) has no /runless at its end."],
  ["/a/b/report_asset_check/x", " /report_asset_check may have one segment in front of it, not /a/b."],
  ["/graphql", " /docs says what there is."],
  ["/server_info", " /docs says what there is."],
])("a POST to %s is told what was meant", async (path, hint) => {
  const { request } = testApp({ log: memory(), config });
  const answer = await request(path, { method: "POST" });
  expect([answer.status, await answer.json()]).toEqual([404, { error: `There is nothing at ${path}.${hint}` }]);
});

test("a browser gets a page wherever it is led, below what is there and where another method is meant", async () => {
  const { request } = testApp({ log: memory(), config });
  const headers = { accept: "text/html,*/*;q=0.8" };
  const paths = ["/assets", "/assets/", "/assets/none", "/events/", "/events/1", "/events/a/b", "/checks/a", "/docs/a"];
  const others = [
    "/health/a",
    "/static/a",
    "/static/a/b",
    "/openapi.json/a",
    "/prod/nothing",
    "//a",
    "/%zz",
    "/caf%E9",
  ];
  for (const path of [...paths, ...others]) {
    const page = await request(path, { headers });
    const kind = page.headers.get("content-type");
    expect([path, page.status, kind]).toEqual([path, 404, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("<h1>Not found</h1>");
  }
  const wipe = await request("/wipe", { headers });
  expect([wipe.status, wipe.headers.get("allow")]).toEqual([405, "POST"]);
  expect(await wipe.text()).toContain("<h1>Invalid request</h1>");
  const report = await request("/report_asset_check/a", { headers });
  expect([report.status, report.headers.get("content-type")]).toEqual([405, "application/json"]);
});
