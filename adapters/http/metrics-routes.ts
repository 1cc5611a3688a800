import type { Hono } from "hono";
import type { Registry } from "prom-client";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { readLastMaterializations, withAssetAges } from "./asset-ages.ts";
import { cached } from "./cached.ts";
import { statsAge } from "./log-metrics.ts";
import { routes } from "./routes.ts";
import { answerHeaders } from "./security-headers.ts";

/** `GET /metrics`, for Prometheus. Ages of assets are those in the caller's reach; everything else is of the whole log. */
export function metricsRoutes(deps: AppDeps, registry: Registry): Hono<AppEnv> {
  const { log, config, now = Date.now } = deps;
  const last = cached(() => readLastMaterializations(log), statsAge);
  return routes(deps).get("/metrics", "read", async (c) => {
    const headers = { "content-type": registry.contentType, ...answerHeaders };
    if (config.metrics?.assets !== true) return new Response(`${await registry.metrics()}\n`, { headers });
    const [text, ages] = await Promise.all([registry.metrics(), last()]);
    return new Response(withAssetAges(text, ages, c.get("caller"), now()), { headers });
  }).app;
}
