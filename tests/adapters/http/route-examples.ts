import type { RequiredScope } from "../../../adapters/http/access/authorizer.ts";
import { staticPath } from "../../../adapters/web/page/static-files.ts";
import { config, memory } from "./native.ts";
import { testApp } from "./test-app.ts";

/** A request that a route answers, where the log has event 1, a materialization of s3/orders. */
export interface RouteExample {
  readonly needs: RequiredScope;
  /** Default: the route's own path. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default: 200. */
  readonly answers?: readonly number[];
  /** Whether it is for people: whoever needs a token is led to where they can give it. */
  readonly isPage?: true;
}

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const report = (fields: object): RouteExample => ({
  needs: "report",
  headers: json,
  body: JSON.stringify({ asset_key: ["s3", "orders"], ...fields }),
});

/** One for each route. What a route needs is said here again, so that a slip there is seen. */
export const routeExamples: Readonly<Record<string, RouteExample>> = {
  "POST /report_asset_materialization": report({}),
  "POST /report_asset_observation": report({}),
  "POST /report_asset_check": report({ check_name: "c", passed: true }),
  "POST /api/v1/events": report({ type: "ASSET_OBSERVATION" }),
  "GET /api/v1/events": { needs: "read" },
  "GET /api/v1/events/stream": { needs: "read" },
  "GET /api/v1/events/:id": { needs: "read", path: "/api/v1/events/1" },
  "DELETE /api/v1/events/:id": { needs: "admin", path: "/api/v1/events/1" },
  "GET /api/v1/assets": { needs: "read" },
  "GET /api/v1/assets/*": { needs: "read", path: "/api/v1/assets/s3/orders" },
  "DELETE /api/v1/assets": { needs: "admin", path: "/api/v1/assets?asset_key=s3/orders" },
  "GET /api/v1/partitions": { needs: "read", path: "/api/v1/partitions?asset_key=s3/orders" },
  "GET /api/v1/checks": { needs: "read", path: "/api/v1/checks?asset_key=s3/orders" },
  "GET /api/v1/definitions": { needs: "read" },
  "GET /api/v1/definitions/*": { needs: "read", path: "/api/v1/definitions/s3/orders", answers: [200, 404] },
  "PUT /api/v1/definitions": {
    ...{ needs: "admin", path: "/api/v1/definitions?source=team-a", headers: json },
    body: JSON.stringify({ assets: [{ key: "s3/orders" }] }),
  },
  "GET /schemas/definitions.json": { needs: "nothing" },
  "GET /api/v1/freshness": { needs: "read" },
  "GET /api/v1/alerts": { needs: "read" },
  "GET /api/v1/alerts/:id{[0-9]+}": { needs: "read", path: "/api/v1/alerts/1" },
  "GET /api/v1/alerts/mutes": { needs: "read" },
  "POST /api/v1/alerts/mute": {
    ...{ needs: "admin", headers: json },
    body: JSON.stringify({ asset_key: "s3/orders", until: "2026-11-24T12:00:00Z" }),
  },
  "DELETE /api/v1/alerts/mute": {
    ...{ needs: "admin", path: "/api/v1/alerts/mute?asset_key=s3/orders", answers: [200, 404] },
  },
  "POST /api/v1/alerts/:id{[0-9]+}/close": { needs: "admin", path: "/api/v1/alerts/1/close" },
  "GET /api/v1/destinations": { needs: "admin" },
  "GET /api/v1/destinations/deliveries": { needs: "admin" },
  "POST /api/v1/destinations/deliveries/:id{[0-9]+}/redeliver": {
    ...{ needs: "admin", path: "/api/v1/destinations/deliveries/1/redeliver" },
  },
  "POST /api/v1/destinations/deliveries/:id{[0-9]+}/drop": {
    ...{ needs: "admin", path: "/api/v1/destinations/deliveries/1/drop" },
  },
  "POST /api/v1/destinations/:name/pause": { needs: "admin", path: "/api/v1/destinations/data-chat/pause" },
  "POST /api/v1/destinations/:name/resume": { needs: "admin", path: "/api/v1/destinations/data-chat/resume" },
  "POST /api/v1/destinations/:name/test": { needs: "admin", path: "/api/v1/destinations/data-chat/test" },
  "POST /api/v1/destinations/:name/replay": {
    ...{ needs: "admin", path: "/api/v1/destinations/data-chat/replay?after=1" },
  },
  "GET /api/v1/log": { needs: "read" },
  "GET /api/v1/wait": {
    needs: "read",
    path: "/api/v1/wait?asset_key=s3/orders&partition=p&wait=0s",
    answers: [200, 408],
  },
  "GET /metrics": { needs: "read" },
  "GET /health": { needs: "nothing" },
  "GET /ready": { needs: "nothing" },
  "GET /openapi.json": { needs: "nothing" },
  "GET /docs": { needs: "nothing" },
  "GET /": { needs: "read", isPage: true },
  "GET /assets/*": { needs: "read", isPage: true, path: "/assets/s3/orders" },
  "GET /events": { needs: "read", isPage: true },
  "GET /events/:id": { needs: "read", isPage: true, path: "/events/1" },
  "GET /checks": { needs: "read", isPage: true },
  "GET /alerts": { needs: "read", isPage: true },
  "GET /destinations": { needs: "admin", isPage: true },
  "POST /destinations": {
    ...{ needs: "admin", isPage: true, answers: [303] },
    ...{ headers: form, body: "ask=test+data-chat" },
  },
  "POST /alerts": {
    ...{ needs: "admin", isPage: true, answers: [303, 404, 501] },
    ...{ headers: form, body: "close=1" },
  },
  "POST /wipe": {
    ...{ needs: "admin", isPage: true, answers: [303] },
    ...{ path: "/wipe?asset_key=s3/orders", headers: form, body: "word=s3/orders" },
  },
  "GET /events/stream": { needs: "read" },
  "GET /events/export": { needs: "read" },
  "GET /event.json": { needs: "read", path: "/event.json?id=1" },
  "GET /asset.json": { needs: "read", path: "/asset.json?asset_key=s3/orders" },
  "GET /static/:version/:name": { needs: "nothing", path: staticPath("page.js") },
  "GET /sign-in": { needs: "nothing", answers: [200, 303] },
  "POST /sign-in": { needs: "nothing", answers: [303], headers: form, body: "token=admin" },
  "POST /sign-out": { needs: "nothing", answers: [303] },
};

/** The routes of the app itself: a new one is among them whether or not it has an example. */
export const allRoutes: readonly string[] = testApp({ log: memory(), config })
  .hono.routes.filter(({ method }) => method !== "ALL")
  .map(({ method, path }) => `${method} ${path}`);

/** What a route answers to its example. */
export function answersOf(route: string): readonly number[] {
  return routeExamples[route]?.answers ?? [200];
}

/** The request of a route's example. */
export function exampleRequest(route: string, headers: Readonly<Record<string, string>> = {}): Request {
  const [method = "", ownPath = ""] = route.split(" ");
  const { path = ownPath, headers: own = {}, body = null } = routeExamples[route] ?? { needs: "nothing" };
  return new Request(`http://localhost${path}`, { method, body, headers: { ...own, ...headers } });
}
