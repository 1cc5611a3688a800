import { Hono } from "hono";
import { assertLimits, defaultLimits } from "../config/limits.ts";
import { crossOrigin } from "../http/access/cross-origin.ts";
import { createRequestGuard } from "../http/access/request-guard.ts";
import { needOf } from "../http/access/token-check.ts";
import type { AppDeps, AppEnv, AppOptions, RunlessApp } from "../http/app-deps.ts";
import { assetRoutes } from "../http/assets/assets.ts";
import { checkRoutes } from "../http/assets/checks.ts";
import { partitionRoutes } from "../http/assets/partitions.ts";
import { errorResponse } from "../http/error-response.ts";
import { eventRoutes } from "../http/events/events.ts";
import { createStreaming, type Streaming } from "../http/events/streaming.ts";
import { HttpError } from "../http/http-error.ts";
import { documentationRoutes } from "../http/openapi/documentation.ts";
import { healthRoutes } from "../http/operations/health.ts";
import { instrumentAppends } from "../http/operations/instrument-appends.ts";
import { instrumentRequests } from "../http/operations/instrument-requests.ts";
import { logRoutes } from "../http/operations/log.ts";
import { addLogMetrics } from "../http/operations/log-metrics.ts";
import { createMetrics } from "../http/operations/metrics.ts";
import { metricsRoutes } from "../http/operations/metrics-routes.ts";
import { createReports, type Reports } from "../http/reports/reports.ts";
import type { RequestParts } from "../http/request-parts.ts";
import { requestPath } from "../http/request-path.ts";
import { type ServedLog, servedLog } from "../http/served-log.ts";
import { createSharedLimits } from "../http/shared-limits.ts";
import { answerError } from "../web/answer-error.ts";
import { webRoutes } from "../web/web-routes.ts";

export interface RoutedApp extends RunlessApp {
  readonly hono: Hono<AppEnv>;
}

/** The app, and the routes behind it. */
export function createRoutedApp(given: AppOptions): RoutedApp {
  assertAppOptions(given);
  const whole = servedLog(given.log);
  const appends = instrumentAppends(whole);
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
  const limits = { ...defaultLimits, ...given.config?.limits };
  const deps: AppDeps = { ...given, log, config: { ...given.config, limits } };
  addLogMetrics(metrics.registry, appends, whole);
  const guard = createRequestGuard(deps);
  const { corsOrigins = [] } = deps.browser ?? {};

  const app = new Hono<AppEnv>({ getPath: requestPath });
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins));
  const reports = addRequestRoutes(app, deps, streaming);
  app
    .route("/", healthRoutes(deps, appends))
    .route("/", metricsRoutes(deps, metrics.registry))
    .route("/", documentationRoutes(deps));
  assertChecked(app);
  app.notFound((c) => {
    const { raw: request, method, path } = c.req;
    const refusal = guard(request, c.env) ?? unmatched(app, method, path);
    const isOfPages = [404, 405].includes(refusal.status) && !isOfApi(path) && !path.startsWith("/report_asset_");
    const isForPeople = isOfPages && prefersHtml(request);
    return isForPeople ? answerError(refusal, request) : errorResponse(refusal, request);
  });

  // Reports go past the router, unless a middleware wants them: it costs each a tenth of what it costs altogether.
  const goesPast = ({ method }: RequestParts) => method === "POST" && corsOrigins.length === 0;
  const watch = instrumentRequests(app, metrics);
  const fetch: RunlessApp["fetch"] = (request, env) => {
    const path = requestPath(request);
    return watch(request, path, () => {
      const answer = goesPast(request) ? reports.answer(path, request, env) : undefined;
      return answer ?? app.fetch(request, env);
    });
  };
  const report: RunlessApp["report"] = (request, env) => {
    if (!goesPast(request)) return undefined;
    const path = requestPath(request);
    return watch(request, path, () => reports.answerAtOnce(path, request, env));
  };
  return { fetch, report, hono: app };
}

/** Adds the routes that work with the log: those which another thread may answer. */
export function addRequestRoutes(app: Hono<AppEnv>, deps: AppDeps, streaming: Streaming): Reports {
  const shared = createSharedLimits(deps.config.limits);
  const reports = createReports(deps, shared);
  app
    .route("/", reports.routes)
    .route("/api/v1/events", eventRoutes(deps, shared, streaming))
    .route("/api/v1/assets", assetRoutes(deps))
    .route("/api/v1/partitions", partitionRoutes(deps))
    .route("/api/v1/checks", checkRoutes(deps))
    .route("/api/v1/log", logRoutes(deps))
    .route("/", webRoutes(deps, shared, streaming))
    .onError((error, c) => errorResponse(error, c.req.raw));
  return reports;
}

/** For programs without types, and for those whose objects come from elsewhere. Throws TypeError. */
function assertAppOptions(given: AppOptions | undefined): void {
  if (typeof given?.log?.append !== "function") {
    throw new TypeError("createApp needs an event log: createApp({ log: await openEventLog({ url }) }).");
  }
  assertLimits(given.config?.limits ?? {});
}

/** A route that nobody gave a need would be open to everybody. What is there for every method is middleware. */
function assertChecked({ routes }: Hono<AppEnv>): void {
  const open = routes.find(({ method, handler }) => method !== "ALL" && needOf(handler) === undefined);
  if (open !== undefined) throw new Error(`The route ${open.method} ${open.path} does not say what it needs.`);
}

/** 405 with Allow where the path has a handler for another method (RFC 9110, 15.5.6), else 404. */
function unmatched(app: Hono<AppEnv>, method: string, path: string): HttpError {
  const allowed = ["GET", "POST", "DELETE"].filter((other) => hasHandler(app, other, path));
  if (allowed.length === 0) return new HttpError(404, `There is nothing at ${path}.${hintFor(path)}`);
  const sentence = `${method} is not for this path; send ${allowed.join(" or ")}.`;
  return new HttpError(405, sentence, { allow: allowed.join(", ") });
}

/** What was most likely meant by a path at which there is nothing. */
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

/** As browsers say when they are sent to an address. */
function prefersHtml({ method, headers }: Request): boolean {
  return (
    (method === "GET" || method === "HEAD") &&
    /(^|,)\s*text\/html\s*(,|;(?!\s*q=0(\.0*)?\s*(,|$))|$)/i.test(headers.get("accept") ?? "")
  );
}

/** Middleware is there for every method and path. */
function hasHandler(app: Hono<AppEnv>, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}
