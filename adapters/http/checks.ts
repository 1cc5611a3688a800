import type { Hono } from "hono";
import { formatEvent } from "../../core/index.ts";
import type { CheckRecord } from "../../storage/index.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { jsonResponse } from "./json-response.ts";
import { offThread } from "./off-thread.ts";
import { ofAssetSchema } from "./partitions.ts";
import { readQuery } from "./query-parameters.ts";
import { routes } from "./routes.ts";

export function checkRoutes(deps: AppDeps): Hono<AppEnv> {
  const handler = offThread(deps, async (c) => {
    const { asset_key: key, ...page } = readQuery(c.req.url, ofAssetSchema(deps.config.limits));
    const { checks, cursor, hasMore } = await c.get("log").checks(key, page);
    return jsonResponse(
      `{"checks":[${checks.map(formatCheck).join(",")}],"cursor":${JSON.stringify(cursor)},"has_more":${hasMore}}`,
    );
  });
  return routes(deps).get("/", "read", handler).app;
}

function formatCheck({ checkName, partition, latestEvaluation, evaluations }: CheckRecord): string {
  const head = JSON.stringify({ check_name: checkName, partition }).slice(0, -1);
  return `${head},"latest_evaluation":${formatEvent(latestEvaluation)},"evaluations":${evaluations}}`;
}
