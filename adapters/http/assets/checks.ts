import type { Hono } from "hono";
import * as v from "valibot";
import { formatEvent } from "../../../core/index.ts";
import type { CheckRecord } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import { assetKeyParameter, pageLimit, readQuery, switchParameter } from "../query-parameters.ts";
import { listResponse } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import { type FailingPage, readFailingChecks } from "./failing-checks.ts";

export function checksSchema(limits: Limits) {
  return v.strictObject({
    asset_key: v.optional(assetKeyParameter),
    prefix: v.optional(assetKeyParameter),
    failing: v.optional(switchParameter("`true`: checks whose latest evaluation failed, of all assets or of one.")),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}

export function checkRoutes(deps: RouteDeps): Hono<AppEnv> {
  const handler = offThread(deps, async (c) => {
    const page = await readChecks(c.get("log"), c.req.url, deps.config.limits);
    return listResponse("checks", page.checks.map(formatCheck), page);
  });
  return routes(deps).get("/", "read", handler).app;
}

async function readChecks(log: ScopedEventLog, url: string, limits: Limits): Promise<FailingPage> {
  const { asset_key: assetKey, prefix, failing, ...page } = readQuery(url, checksSchema(limits));
  if (assetKey !== undefined && prefix !== undefined) {
    throw new HttpError(
      400,
      "The parameter prefix is for the failing checks of all assets. Leave out asset_key, or it.",
    );
  }
  if (failing === true) return readFailingChecks(log, { assetKey, prefix, ...page, cursor: page.cursor });
  if (assetKey !== undefined) return log.checks(assetKey, page);
  const expected = "an asset key: parts joined by / or a JSON array of strings";
  throw new HttpError(
    400,
    `The parameter asset_key is missing. It must be ${expected}. Or give failing=true, for the failing checks of all assets.`,
  );
}

function formatCheck({ checkName, partition, latestEvaluation, evaluations }: CheckRecord): string {
  const head = { asset_key: latestEvaluation.assetKey, check_name: checkName, partition };
  return `${JSON.stringify(head).slice(0, -1)},"latest_evaluation":${formatEvent(latestEvaluation)},"evaluations":${evaluations}}`;
}
