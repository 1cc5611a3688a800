import type { Hono } from "hono";
import { Gauge, Registry } from "prom-client";
import { formatAssetKey } from "../../core/index.ts";
import type { LastMaterialization } from "../../storage/index.ts";
import { type Caller, reaches } from "../tokens/caller.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { cached } from "./cached.ts";
import { statsAge } from "./log-metrics.ts";
import { routes } from "./routes.ts";
import { answerHeaders } from "./security-headers.ts";

/** `GET /metrics`, for Prometheus. Ages of assets are those in the caller's reach; everything else is of the whole log. */
export function metricsRoutes(deps: AppDeps, registry: Registry): Hono<AppEnv> {
  const { log, config, now = Date.now } = deps;
  const last = cached(() => log.lastMaterializations(), statsAge);
  const ages = async (caller: Caller) =>
    config.metrics?.assets === true ? assetAges(await last(), caller, now()) : "";
  return routes(deps).get("/metrics", "read", async (c) => {
    const texts = await Promise.all([registry.metrics(), ages(c.get("caller"))]);
    return new Response(texts.join("\n"), { headers: { "content-type": registry.contentType, ...answerHeaders } });
  }).app;
}

function assetAges(last: readonly LastMaterialization[], caller: Caller, now: number): Promise<string> {
  const registry = new Registry();
  const gauge = new Gauge({
    name: "runless_asset_materialization_age_seconds",
    help: "How long ago each asset was last materialized, by the event's own timestamp.",
    labelNames: ["asset_key"],
    registers: [registry],
  });
  for (const { assetKey, timestamp } of last) {
    if (reaches(caller, assetKey)) gauge.set({ asset_key: formatAssetKey(assetKey) }, (now - timestamp) / 1000);
  }
  return registry.metrics();
}
