import { Hono } from "hono";
import { webRoutes } from "../web/web-routes.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { assetRoutes } from "./assets.ts";
import { checkRoutes } from "./checks.ts";
import { documentationRoutes } from "./documentation.ts";
import { errorResponse } from "./error-response.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { HttpError } from "./http-error.ts";
import { logRoutes } from "./log.ts";
import { partitionRoutes } from "./partitions.ts";
import { reportRoutes } from "./reports.ts";
import { requestPath } from "./request-path.ts";

/** The server as one function of a Request. It listens to nothing: bun.ts and node.ts do. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: requestPath })
    .route("/", reportRoutes(deps))
    .route("/api/v1/events", eventRoutes(deps))
    .route("/api/v1/assets", assetRoutes(deps))
    .route("/api/v1/partitions", partitionRoutes(deps))
    .route("/api/v1/checks", checkRoutes(deps))
    .route("/api/v1/log", logRoutes(deps))
    .route("/", healthRoutes(deps))
    .route("/", documentationRoutes(deps))
    .route("/", webRoutes(deps))
    .onError(errorResponse);
  return app.notFound((c) => errorResponse(unmatched(app, c.req.method, c.req.path)));
}

/** 405 with Allow where the path has a handler for another method (RFC 9110, 15.5.6), else 404. */
function unmatched(app: Hono<AppEnv>, method: string, path: string): HttpError {
  const allowed = ["GET", "POST", "DELETE"].filter((other) => app.router.match(other, path)[0].length > 0);
  if (allowed.length === 0) return new HttpError(404, `There is nothing at ${path}.`);
  const sentence = `${method} is not for this path; send ${allowed.join(" or ")}.`;
  return new HttpError(405, sentence, { allow: allowed.join(", ") });
}
