import type { Hono } from "hono";
import * as v from "valibot";
import { freshnessStates } from "../../../core/events/freshness-change.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { assetKeyParameter, pageLimit, readQuery } from "../query-parameters.ts";
import { listResponse } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import { formatSubject } from "./format-watching.ts";
import { ScopedWatching } from "./scoped-watching.ts";

export function freshnessSchema(limits: Limits) {
  return v.strictObject({
    state: v.optional(v.picklist(freshnessStates, "PASS, WARN, FAIL or UNKNOWN")),
    prefix: v.optional(assetKeyParameter),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}

/** The route that lists the freshness of assets and partitions, ordered by key and partition. */
export function freshnessRoutes(deps: RouteDeps): Hono<AppEnv> {
  const handler = offThread(deps, async (c) => {
    const { state, prefix, limit, cursor: from } = readQuery(c.req.url, freshnessSchema(deps.config.limits));
    const watching = new ScopedWatching(deps, c.get("caller"));
    const page = await watching.subjects({ state, prefix }, { limit, cursor: from });
    return listResponse("subjects", page.subjects.map(formatSubject), page);
  });
  return routes(deps).get("/", "read", handler).app;
}
