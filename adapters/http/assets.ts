import { Hono } from "hono";
import { type AssetKey, formatAssetKey, formatEvent, parseAssetKey, type RecordedEvent } from "../../core/index.ts";
import { percentDecode } from "../../core/percent-decode.ts";
import type { AssetRecord } from "../../storage/index.ts";
import type { AppDeps } from "./app-deps.ts";
import { HttpError } from "./http-error.ts";
import { jsonResponse } from "./json-response.ts";
import { queryOf, rawPath } from "./request-path.ts";

export function assetRoutes({ log }: AppDeps): Hono {
  const answer = async (key: AssetKey) => {
    const record = await log.asset(key);
    if (record === undefined)
      throw new HttpError(404, `There is no asset ${formatAssetKey(key)}: nothing reported it.`);
    return jsonResponse(formatAsset(record));
  };

  return new Hono()
    .get("/", (c) => {
      const text = queryOf(c.req.url).get("asset_key") ?? "";
      const key = parseAssetKey(text);
      if (key !== undefined) return answer(key);
      throw new HttpError(
        400,
        `The parameter asset_key must be parts joined by / or a JSON array of strings. Got ${JSON.stringify(text)}.`,
      );
    })
    .get("/*", (c) => {
      const path = rawPath(c.req.url);
      // Split first and decoded after: `%2F` stays inside a part.
      const parts = path
        .slice(path.indexOf("/assets/") + "/assets/".length)
        .split("/")
        .map(percentDecode);
      if (parts.some((part) => part !== "")) return answer(parts);
      throw new HttpError(404, "There is no asset with an empty key.");
    });
}

function formatAsset(record: AssetRecord): string {
  const { materializations, observations, checkEvaluations, partitions } = record.counts;
  const counts = { materializations, observations, check_evaluations: checkEvaluations, partitions };
  const event = (latest: RecordedEvent | null) => (latest === null ? "null" : formatEvent(latest));
  return `{"asset_key":${JSON.stringify(record.assetKey)},"latest_materialization":${event(record.latestMaterialization)},"latest_observation":${event(record.latestObservation)},"data_version":${JSON.stringify(record.dataVersion)},"checks":[${record.checks.map(formatEvent).join(",")}],"counts":${JSON.stringify(counts)}}`;
}
