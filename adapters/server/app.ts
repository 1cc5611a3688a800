import { type Context, Hono } from "hono";
import { assertLimits, defaultLimits } from "../config/limits.ts";
import { type Authorizer, createAuthorizer } from "../http/access/authorizer.ts";
import { crossOrigin } from "../http/access/cross-origin.ts";
import type { AppDeps, AppEnv, AppOptions, RunlessApp } from "../http/app-deps.ts";
import { assetRoutes } from "../http/assets/assets.ts";
import { checkRoutes } from "../http/assets/checks.ts";
import { partitionRoutes } from "../http/assets/partitions.ts";
import { definitionRoutes } from "../http/definitions/definitions.ts";
import { definitionsSchemaRoute } from "../http/definitions/schema-route.ts";
import { destinationRoutes } from "../http/destinations/destinations.ts";
import { errorResponse } from "../http/error-response.ts";
import { eventRoutes, logRoutes } from "../http/events/events.ts";
import { createStreaming, type Streaming } from "../http/events/streaming.ts";
import { HttpError } from "../http/http-error.ts";
import { documentationRoutes } from "../http/openapi/documentation.ts";
import { healthRoutes } from "../http/operations/health.ts";
import { InstrumentedAppends } from "../http/operations/instrument-appends.ts";
import { instrumentRequests } from "../http/operations/instrument-requests.ts";
import { addLogMetrics } from "../http/operations/log-metrics.ts";
import { createMetrics } from "../http/operations/metrics.ts";
import { metricsRoutes } from "../http/operations/metrics-routes.ts";
import { addWatchMetrics } from "../http/operations/watch-metrics.ts";
import { Reports } from "../http/reports/reports.ts";
import { type RequestParts, requestPath } from "../http/request.ts";
import { type RouteDeps, requiredScopeOf } from "../http/routes.ts";
import { type ServedLog, servedLog } from "../http/served-log.ts";
import { createSharedLimits } from "../http/shared-limits.ts";
import { waitRoutes } from "../http/waiting/wait.ts";
import { alertRoutes } from "../http/watching/alerts.ts";
import { freshnessRoutes } from "../http/watching/freshness.ts";
import { answerError } from "../web/answer-error.ts";
import { webRoutes } from "../web/web-routes.ts";

export interface RoutedApp extends RunlessApp {
  readonly hono: Hono<AppEnv>;
}

/** Creates the app, with the routes behind it. */
export function createRoutedApp(given: AppOptions): RoutedApp {
  assertAppOptions(given);
  const whole = servedLog(given.log);
  const appends = new InstrumentedAppends(whole);
  const { metrics = createMetrics(), forwarder } = given;
  forwarder?.instrument(appends.encoded);
  const streaming = createStreaming(whole, forwarder?.pages);
  const log: ServedLog = {
    ...whole,
    append: appends.append,
    wipe: async (target, by) => {
      const trace = await whole.wipe(target, by);
      streaming.feeds.forget();
      return trace;
    },
  };
  const deps = routeDeps(given, log);
  addLogMetrics(metrics.registry, appends, whole);
  addWatchMetrics(metrics.registry, given.watching);
  const { corsOrigins = [] } = deps.browser ?? {};

  const app = new Hono<AppEnv>({ getPath: requestPath });
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins));
  const reports = addRequestRoutes(app, deps, streaming);
  app
    .route("/", healthRoutes(deps, appends))
    .route("/", metricsRoutes(deps, metrics.registry))
    .route("/api/v1/destinations", destinationRoutes(deps))
    .route("/", documentationRoutes(deps))
    .route("/", definitionsSchemaRoute(deps));
  assertScoped(app);
  app.notFound((c) => answerUnmatched(c, app, deps.authorizer));

  // Reports bypass the router, which costs a tenth of a report, unless there is middleware.
  const bypassesRouter = ({ method }: RequestParts) => method === "POST" && corsOrigins.length === 0;
  const instrument = instrumentRequests(app, metrics);
  const fetch: RunlessApp["fetch"] = (request, env) => {
    const path = requestPath(request);
    return instrument(request, path, () => {
      const answer = bypassesRouter(request) ? reports.answer(path, request, env) : undefined;
      return answer ?? app.fetch(request, env);
    });
  };
  const report: RunlessApp["report"] = (request, env) => {
    if (!bypassesRouter(request)) return undefined;
    const path = requestPath(request);
    return instrument(request, path, () => reports.answerAtOnce(path, request, env));
  };
  return { fetch, report, hono: app };
}

/** The options of an app with their defaults, and its authorizer, which all routes share. */
function routeDeps(given: AppOptions, log: ServedLog): RouteDeps {
  const limits = { ...defaultLimits, ...given.config?.limits };
  const deps: AppDeps = { ...given, log, config: { ...given.config, limits } };
  return { ...deps, authorizer: createAuthorizer(deps) };
}

/** Adds the routes that use the log. The request thread has them too. */
export function addRequestRoutes(app: Hono<AppEnv>, deps: RouteDeps, streaming: Streaming): Reports {
  const shared = createSharedLimits(deps.config.limits);
  const reports = new Reports(deps, shared);
  app
    .route("/", reports.routes)
    .route("/api/v1/events", eventRoutes(deps, shared, streaming))
    .route("/api/v1/assets", assetRoutes(deps))
    .route("/api/v1/partitions", partitionRoutes(deps))
    .route("/api/v1/checks", checkRoutes(deps))
    .route("/api/v1/definitions", definitionRoutes(deps, shared))
    .route("/api/v1/freshness", freshnessRoutes(deps))
    .route("/api/v1/alerts", alertRoutes(deps, shared))
    .route("/api/v1/log", logRoutes(deps))
    .route("/api/v1/wait", waitRoutes(deps, shared))
    .route("/", webRoutes(deps, shared, streaming))
    .onError((error, c) => errorResponse(error, c.req.raw));
  return reports;
}

/** Checks the options of callers without types. Throws TypeError. */
function assertAppOptions(given: AppOptions | undefined): void {
  if (typeof given?.log?.append !== "function") {
    throw new TypeError("createApp needs an event log: createApp({ log: await openEventLog({ url }) }).");
  }
  assertLimits(given.config?.limits ?? {});
}

/** Throws for a route without a required scope: it would be open to all. A route for every method is middleware. */
function assertScoped({ routes }: Hono<AppEnv>): void {
  const open = routes.find(({ method, handler }) => method !== "ALL" && requiredScopeOf(handler) === undefined);
  if (open !== undefined) throw new Error(`The route ${open.method} ${open.path} does not say what it needs.`);
}

/** Answers a path without a route: a page for people, else JSON. */
function answerUnmatched(c: Context<AppEnv>, app: Hono<AppEnv>, { guard }: Authorizer): Response | Promise<Response> {
  const { raw: request, method, path } = c.req;
  const refusal = guard(request, c.env) ?? unmatched(app, method, path);
  const isOfPages = [404, 405].includes(refusal.status) && !isOfApi(path) && !path.startsWith("/report_asset_");
  return isOfPages && prefersHtml(request) ? answerError(refusal, request) : errorResponse(refusal, request);
}

/** 405 with Allow if the path has a handler for another method (RFC 9110, 15.5.6), else 404. */
function unmatched(app: Hono<AppEnv>, method: string, path: string): HttpError {
  const allowed = ["GET", "POST", "PUT", "DELETE"].filter((other) => hasHandler(app, other, path));
  if (allowed.length === 0) return new HttpError(404, `There is nothing at ${path}.${hintFor(path)}`);
  const sentence = `${method} is not for this path; send ${allowed.join(" or ")}.`;
  return new HttpError(405, sentence, { allow: allowed.join(", ") });
}

/** What the client most likely meant by a path without a route. */
function hintFor(path: string): string {
  const [, inFront, rest] = /^(\/.+?)(\/api\/v1(?:\/.*)?)$/.exec(path) ?? [];
  if (rest !== undefined) return ` The API is at ${rest}: a server's address (--url) has no ${inFront} at its end.`;
  const [, segments = "", endpoint] =
    /^(\/.+)(\/report_asset_(?:materialization|observation|check))(?:\/|$)/.exec(path) ?? [];
  if (segments.lastIndexOf("/") > 0) return ` ${endpoint} may have one segment in front of it, not ${segments}.`;
  return isOfApi(path) ? "" : " /docs says what there is.";
}

function isOfApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}

/** Whether a browser asks for a page, by its Accept header. */
function prefersHtml({ method, headers }: Request): boolean {
  return (
    (method === "GET" || method === "HEAD") &&
    /(^|,)\s*text\/html\s*(,|;(?!\s*q=0(\.0*)?\s*(,|$))|$)/i.test(headers.get("accept") ?? "")
  );
}

/** Whether a route, and not only middleware, matches. */
function hasHandler(app: Hono<AppEnv>, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}
