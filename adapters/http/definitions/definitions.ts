import type { Context, Hono } from "hono";
import * as v from "valibot";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import { assetKeyParameter, boundedQueryOf, noParameters, pageLimit, readQuery } from "../query-parameters.ts";
import { keyInPath } from "../request.ts";
import { jsonResponse, listResponse } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { formatDefinition } from "./format-definition.ts";
import { putDefinitions, sourceParameter } from "./put-definitions.ts";
import { ScopedDefinitions } from "./scoped-definitions.ts";

export const definitionSchema = v.strictObject({ asset_key: assetKeyParameter });

export function definitionsSchema(limits: Limits) {
  return v.strictObject({
    prefix: v.optional(assetKeyParameter),
    source: v.optional(sourceParameter),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}

export function definitionRoutes(deps: RouteDeps, shared: SharedLimits): Hono<AppEnv> {
  const scoped = (c: Context<AppEnv>) => new ScopedDefinitions(deps, c.get("caller"));
  const answer = async (definitions: ScopedDefinitions, key: AssetKey) => {
    definitions.assertStored();
    const record = await definitions.definitionFor(key);
    if (record === undefined) throw new HttpError(404, `No definition holds for ${formatAssetKey(key)}.`);
    return jsonResponse(formatDefinition(record));
  };

  return routes(deps)
    .get(
      "/",
      "read",
      offThread(deps, async (c) => {
        const { url } = c.req;
        // The answer is the definition that holds for a key, or a list. The two have no parameter in common.
        if (boundedQueryOf(url).has("asset_key")) return answer(scoped(c), readQuery(url, definitionSchema).asset_key);
        const { prefix, source, limit, cursor: from } = readQuery(url, definitionsSchema(deps.config.limits));
        const page = await scoped(c).list({ prefix, source }, { limit, cursor: from });
        return listResponse("definitions", page.definitions.map(formatDefinition), page, { revision: page.revision });
      }),
    )
    .put("/", "admin", (c) => putDefinitions(c, deps, shared))
    .get(
      "/*",
      "read",
      offThread(deps, (c) => {
        readQuery(c.req.url, noParameters);
        const key = keyInPath(c.req.url, "/definitions/");
        if (key === undefined) throw new HttpError(404, "There is no definition of an empty key.");
        return answer(scoped(c), key);
      }),
    ).app;
}
