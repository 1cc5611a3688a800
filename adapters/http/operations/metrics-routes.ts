import type { Hono } from "hono";
import type { Registry } from "prom-client";
import { formatAssetKey } from "../../../core/index.ts";
import type { LastMaterialization, Overview } from "../../../storage/index.ts";
import { type Caller, reaches } from "../access/caller.ts";
import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import { answerHeaders } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";
import { cached, statsAge } from "./log-metrics.ts";

const confined =
  "The metrics are of the whole log, and this token has a prefix. Use one without, or have the server run with --metrics-assets: then the ages of the token's own assets are here.";

/**
 * `GET /metrics`, for Prometheus. A caller with a prefix gets only the ages of the assets that it reaches: all other
 * metrics are about the whole log and the process.
 */
export function metricsRoutes(deps: RouteDeps, registry: Registry): Hono<AppEnv> {
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

const assetsPerPage = 1000;
const name = "runless_asset_materialization_age_seconds";
const head = `# HELP ${name} How long ago each asset was last materialized, by the event's own timestamp.
# TYPE ${name} gauge
`;

/** When each asset was last materialized, for all assets. Reads page by page, so that other requests come in between. */
async function readLastMaterializations(
  log: Pick<Overview, "lastMaterializations">,
): Promise<readonly LastMaterialization[]> {
  const found: LastMaterialization[] = [];
  for (let cursor: string | undefined, hasMore = true; hasMore; ) {
    const page = await log.lastMaterializations({ limit: assetsPerPage, cursor });
    for (const one of page.assets) found.push(one);
    cursor = page.cursor ?? undefined;
    hasMore = page.hasMore && cursor !== undefined;
  }
  return found;
}

/**
 * The metrics in `text`, followed by the age of each asset that the caller reaches, in the text format of Prometheus.
 * There may be hundreds of thousands of assets, so they are written in parts, as the client reads them.
 */
function withAssetAges(
  text: string,
  last: readonly LastMaterialization[],
  caller: Caller,
  now: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(`${text}${head}`));
      },
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve)); // work that waits for this thread comes first
        let lines = "";
        while (lines === "" && at < last.length) {
          for (const one of last.slice(at, at + assetsPerPage))
            if (reaches(caller, one.assetKey)) lines += line(one, now);
          at += assetsPerPage;
        }
        if (lines !== "") controller.enqueue(encoder.encode(lines));
        if (at >= last.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function line({ assetKey, timestamp }: LastMaterialization, now: number): string {
  const escaped = formatAssetKey(assetKey).replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  return `${name}{asset_key="${escaped}"} ${(now - timestamp) / 1000}\n`;
}
