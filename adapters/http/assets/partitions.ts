import type { Hono } from "hono";
import * as v from "valibot";
import { formatEvent } from "../../../core/index.ts";
import type { PartitionRecord } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { jsonResponse } from "../json-response.ts";
import { offThread } from "../off-thread.ts";
import { assetKeyParameter, pageLimit, readQuery } from "../query-parameters.ts";
import { routes } from "../routes.ts";

/** Of a list of what an asset has. */
export function ofAssetSchema(limits: Limits) {
  return v.strictObject({ asset_key: assetKeyParameter, limit: pageLimit(limits), cursor: v.optional(v.string()) });
}

export function partitionRoutes(deps: AppDeps): Hono<AppEnv> {
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
