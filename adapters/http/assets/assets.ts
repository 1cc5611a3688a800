import type { Context, Hono } from "hono";
import * as v from "valibot";
import { type AssetKey, formatAssetKey, formatEvent, type RecordedEvent } from "../../../core/index.ts";
import type { AssetFreshness, AssetRecord, DefinitionRecord } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { formatHolding } from "../definitions/format-definition.ts";
import { ScopedDefinitions } from "../definitions/scoped-definitions.ts";
import { HttpError } from "../http-error.ts";
import {
  assetKeyParameter,
  boundedQueryOf,
  noParameters,
  pageLimit,
  readQuery,
  searchParameter,
  switchParameter,
  timeParameter,
} from "../query-parameters.ts";
import { keyInPath } from "../request.ts";
import { jsonResponse, listResponse } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import { formatFreshness } from "../watching/format-watching.ts";
import { ScopedWatching } from "../watching/scoped-watching.ts";

export const assetSchema = v.strictObject({ asset_key: assetKeyParameter });
export const wipeSchema = v.strictObject({
  asset_key: assetKeyParameter,
  partition: v.optional(v.string()),
  no_partition: v.optional(
    switchParameter("`true`: the events that have no partition. Not together with `partition`."),
  ),
});
const reported = ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"] as const;
const orders = ["key", "latest", "state", "reports"] as const;
const orderNote =
  "`key`, as without it: by code point. `latest`: those that something happened to last come first. `state`: those with a check that " +
  "fails, then those with one that warns. `reports`: those with most events. The last three look at the first 10,000 keys.";
const order = v.pipe(
  v.picklist(orders, "key, latest, state or reports"),
  v.metadata({ jsonSchema: { type: "string", enum: [...orders], description: orderNote, examples: ["latest"] } }),
);

export function assetsSchema(limits: Limits) {
  return v.strictObject({
    prefix: v.optional(assetKeyParameter),
    search: v.optional(searchParameter),
    type: v.optional(v.picklist(reported, "ASSET_MATERIALIZATION, ASSET_OBSERVATION or ASSET_CHECK_EVALUATION")),
    failing: v.optional(switchParameter("`true`: assets with a check that fails now, of some partition or of none.")),
    quiet_since: v.optional(timeParameter),
    order: v.optional(order),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}

export function assetRoutes(deps: RouteDeps): Hono<AppEnv> {
  const answer = async (c: Context<AppEnv>, key: AssetKey) => {
    return jsonResponse(await readFormattedAsset(c, deps, key));
  };

  return routes(deps)
    .get(
      "/",
      "read",
      offThread(deps, async (c) => {
        const log = c.get("log");
        // Either one asset by its key, or a list. They share no parameter.
        if (boundedQueryOf(c.req.url).has("asset_key")) return answer(c, readQuery(c.req.url, assetSchema).asset_key);
        const query = readQuery(c.req.url, assetsSchema(deps.config.limits));
        const { limit, cursor: from, order, quiet_since: quietSince, ...filter } = query;
        const page = await log.assets({ ...filter, quietSince }, { limit, cursor: from, order });
        const keys = page.assets.map(({ assetKey }) => assetKey);
        const [defined, freshness] = await Promise.all([
          new ScopedDefinitions(deps, c.get("caller")).definitionsFor(keys),
          new ScopedWatching(deps, c.get("caller")).freshnessOf(keys),
        ]);
        const texts = page.assets.map((record, i) => formatAsset(record, defined[i], freshness[i]));
        return listResponse("assets", texts, page);
      }),
    )
    .delete("/", "admin", async (c) => {
      const { asset_key: assetKey, partition: named, no_partition: none } = readQuery(c.req.url, wipeSchema);
      if (named !== undefined && none === true) {
        throw new HttpError(400, "The parameters partition and no_partition exclude each other. Give one of them.");
      }
      const partition = none === true ? null : named;
      const trace = await c.get("log").wipe({ assetKey, partition }, c.get("caller").name);
      if (trace !== undefined) return jsonResponse(`{"wiped":${formatEvent(trace)}}`);
      if (partition === undefined) throw unknownAsset(assetKey);
      const what = partition === null ? "without a partition" : `of the partition ${JSON.stringify(partition)}`;
      throw new HttpError(404, `The asset ${formatAssetKey(assetKey)} has no events ${what}.`);
    })
    .get(
      "/*",
      "read",
      offThread(deps, (c) => {
        readQuery(c.req.url, noParameters);
        const key = keyInPath(c.req.url, "/assets/");
        if (key !== undefined) return answer(c, key);
        throw new HttpError(404, "There is no asset with an empty key.");
      }),
    ).app;
}

function unknownAsset(key: AssetKey): HttpError {
  return new HttpError(404, `There is no asset ${formatAssetKey(key)}: nothing reported it.`);
}

function neverReported(assetKey: AssetKey): AssetRecord {
  return {
    assetKey,
    latestMaterialization: null,
    latestObservation: null,
    dataVersion: null,
    checks: [],
    hasMoreChecks: false,
    counts: { materializations: 0, observations: 0, checkEvaluations: 0, partitions: 0 },
  };
}

/** An asset that was reported or defined, as JSON of the API. Rejects with HttpError 404 for any other. */
export async function readFormattedAsset(
  c: Context<AppEnv>,
  stores: Pick<RouteDeps, "definitions" | "watching">,
  key: AssetKey,
): Promise<string> {
  const caller = c.get("caller");
  const [record, definition, [freshness]] = await Promise.all([
    c.get("log").asset(key),
    new ScopedDefinitions(stores, caller).definitionFor(key),
    new ScopedWatching(stores, caller).freshnessOf([key]),
  ]);
  if (record !== undefined) return formatAsset(record, definition, freshness);
  // A definition of a prefix alone makes no asset.
  if (definition?.definition.key === undefined) throw unknownAsset(key);
  return formatAsset(neverReported(key), definition, freshness);
}

/** An asset as JSON of the API, with the definition that holds for it, and its freshness. */
function formatAsset(
  record: AssetRecord,
  definition: DefinitionRecord | undefined,
  freshness: AssetFreshness | undefined,
): string {
  const { materializations, observations, checkEvaluations, partitions } = record.counts;
  const counts = { materializations, observations, check_evaluations: checkEvaluations, partitions };
  const event = (latest: RecordedEvent | null) => (latest === null ? "null" : formatEvent(latest));
  return `{"asset_key":${JSON.stringify(record.assetKey)},"latest_materialization":${event(record.latestMaterialization)},"latest_observation":${event(record.latestObservation)},"data_version":${JSON.stringify(record.dataVersion)},"checks":[${record.checks.map(formatEvent).join(",")}],"has_more_checks":${record.hasMoreChecks},"counts":${JSON.stringify(counts)},"definition":${formatHolding(definition)},"freshness":${formatFreshness(freshness, definition?.definition.freshness)}}`;
}
