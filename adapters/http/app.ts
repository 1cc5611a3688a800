import { Hono } from "hono";
import type { AppDeps } from "./app-deps.ts";
import { assetRoutes } from "./assets.ts";
import { errorResponse } from "./error-response.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { HttpError } from "./http-error.ts";
import { reportRoutes } from "./reports.ts";
import { requestPath } from "./request-path.ts";

/** The server as one function of a Request. It listens to nothing: bun.ts and node.ts do. */
export function createApp(deps: AppDeps): Hono {
  return new Hono({ getPath: requestPath })
    .route("/", reportRoutes(deps))
    .route("/api/v1/events", eventRoutes(deps))
    .route("/api/v1/assets", assetRoutes(deps))
    .route("/", healthRoutes(deps))
    .onError(errorResponse)
    .notFound((c) => errorResponse(new HttpError(404, `There is nothing at ${c.req.path}.`)));
}
