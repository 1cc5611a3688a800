import type { Hono } from "hono";
import * as v from "valibot";
import { formatEvent } from "../../../core/index.ts";
import type { PartitionRecord } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { assetKeyParameter, pageLimit, readQuery } from "../query-parameters.ts";
import { jsonResponse } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";

/** The query for a list of parts of one asset. */
export function ofAssetSchema(limits: Limits) {
  return v.strictObject({ asset_key: assetKeyParameter, limit: pageLimit(limits), cursor: v.optional(v.string()) });
}

export function partitionRoutes(deps: RouteDeps): Hono<AppEnv> {
  const handler = offThread(deps, async (c) => {
    const { asset_key: key, ...page } = readQuery(c.req.url, ofAssetSchema(deps.config.limits));
    const { partitions, cursor, hasMore } = await c.get("log").partitions(key, page);
    return jsonResponse(
      `{"partitions":[${partitions.map(formatPartition).join(",")}],"cursor":${JSON.stringify(cursor)},"has_more":${hasMore}}`,
    );
  });
  return routes(deps).get("/", "read", handler).app;
}

function formatPartition({ partition, latestMaterialization, materializations }: PartitionRecord): string {
  return `{"partition":${JSON.stringify(partition)},"latest_materialization":${formatEvent(latestMaterialization)},"materializations":${materializations}}`;
}
