import type { Hono } from "hono";
import type { Registry } from "prom-client";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import { routes } from "../routes.ts";
import { answerHeaders } from "../security-headers.ts";
import { readLastMaterializations, withAssetAges } from "./asset-ages.ts";
import { cached } from "./cached.ts";
import { statsAge } from "./log-metrics.ts";

const confined =
  "The metrics are of the whole log, and this token has a prefix. Use one without, or have the server run with --metrics-assets: then the ages of the token's own assets are here.";

/**
 * `GET /metrics`, for Prometheus. A caller with a prefix gets the ages of the assets in its reach alone: everything else
 * is of the whole log and of the process.
 */
export function metricsRoutes(deps: AppDeps, registry: Registry): Hono<AppEnv> {
  const { log, config, now = Date.now } = deps;
  const last = cached(() => readLastMaterializations(log), statsAge);
  return routes(deps).get("/metrics", "read", async (c) => {
    const headers = { "content-type": registry.contentType, ...answerHeaders };
    const caller = c.get("caller");
    const isConfined = caller.prefix !== null;
    const hasAges = config.metrics?.assets === true;
    if (isConfined && !hasAges) throw new HttpError(403, confined);
    const text = isConfined ? "" : `${await registry.metrics()}\n`;
    if (!hasAges) return new Response(text, { headers });
    return new Response(withAssetAges(text, await last(), caller, now()), { headers });
  }).app;
}
