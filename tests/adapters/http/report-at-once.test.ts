import { expect, test } from "bun:test";
import { createApp } from "../../../adapters/server/http.ts";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { config, memory } from "./native.ts";

const report = (headers: Readonly<Record<string, string>> = {}) =>
  new Request("http://localhost/report_asset_materialization/a", { method: "POST", headers });

test("a report is answered at once where its sender is let in at once", async () => {
  const { app, log } = await guardedApp([namedToken("reporter", { scopes: ["report"] })]);
  const recorded = new Response("mine");
  expect(await app.report(report(bearer("reporter")), { recorded })).toBe(recorded);
  expect(await log.query({}, { limit: 10, order: "asc" })).toMatchObject({ events: [{ assetKey: ["a"] }] });
});

test("who is refused, or must wait, is left to fetch", async () => {
  const { app, clock, log } = await guardedApp([namedToken("reader", { scopes: ["read"] }), namedToken("reporter")]);
  expect(app.report(report())).toBeUndefined();
  expect(app.report(report(bearer("reader")))).toBeUndefined();
  expect(app.report(report({ ...bearer("reporter"), origin: "https://elsewhere.example" }))).toBeUndefined();
  clock.elapsed += 10_000; // the tokens are read again
  const late = report(bearer("reporter"));
  expect(app.report(late)).toBeUndefined();
  expect((await log.query({}, { limit: 10, order: "asc" })).events).toEqual([]);
  expect((await app.fetch(late)).status).toBe(200);
});

test("all but reports, and reports that a middleware wants, are left to fetch", () => {
  const app = createApp({ log: memory(), config });
  expect(app.report(new Request("http://localhost/health", { method: "POST" }))).toBeUndefined();
  expect(app.report(new Request("http://localhost/report_asset_materialization/a"))).toBeUndefined();
  const browser = { corsOrigins: ["https://a.example"], hosts: () => undefined };
  expect(createApp({ log: memory(), config, browser }).report(report())).toBeUndefined();
});
