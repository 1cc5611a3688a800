import { Hono } from "hono";
import type { ReadingLog } from "../../../storage/libsql/reading-log.ts";
import type { Limits } from "../../config/limits.ts";
import { createAuthorizer } from "../../http/access/authorizer.ts";
import type { AppDeps, AppEnv } from "../../http/app-deps.ts";
import type { EventPages } from "../../http/events/event-pages.ts";
import { createStreaming } from "../../http/events/streaming.ts";
import { requestPath } from "../../http/request.ts";
import { addRequestRoutes } from "../app.ts";

/** The app of the request thread. */
export interface RequestApp {
  readonly app: Hono<AppEnv>;
  readonly pages: EventPages;
}

/** Creates the routes that use the log, for requests that the main thread has authorized. */
export function createRequestApp(
  { definitions, watching, ...reading }: ReadingLog,
  limits: Limits,
  closing: AbortSignal,
): RequestApp {
  const log: AppDeps["log"] = { ...reading, watch: unasked, probe: unasked };
  // Streams, exports and imports take their slots on the main thread.
  const config = { limits: { ...limits, streams: Number.POSITIVE_INFINITY } };
  const app = new Hono<AppEnv>({ getPath: requestPath });
  const streaming = createStreaming(log);
  const deps: AppDeps = { log, definitions, watching, config, closing };
  addRequestRoutes(app, { ...deps, authorizer: createAuthorizer(deps) }, streaming);
  return { app, pages: streaming.pages };
}

/** The main thread runs streams and maintenance. */
function unasked(): never {
  throw new Error("The request thread does not do this.");
}
