import type { Hono } from "hono";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { respond } from "../json-response.ts";
import { offThread } from "../off-thread.ts";
import { noParameters, readQuery } from "../query-parameters.ts";
import { routes } from "../routes.ts";

/** What tells this log from every other: an import knows an exported event by it. */
export function logRoutes(deps: AppDeps): Hono<AppEnv> {
  const handler = offThread(deps, async (c) => {
    readQuery(c.req.url, noParameters);
    return respond({ log_id: await c.get("log").id() });
  });
  return routes(deps).get("/", "read", handler).app;
}
