import type { Context, Hono } from "hono";
import * as v from "valibot";
import { formatEvent } from "../../../core/index.ts";
import type { PartitionRecord } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { ScopedDefinitions } from "../definitions/scoped-definitions.ts";
import { HttpError } from "../http-error.ts";
import { assetKeyParameter, pageLimit, readQuery, switchParameter, timeParameter } from "../query-parameters.ts";
import { jsonResponse, respond } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import { expecting, type MissingPartition, missingPartitions, unexpectedOf } from "./missing-partitions.ts";

/** The query for a list of parts of one asset. */
export function ofAssetSchema(limits: Limits) {
  return v.strictObject({ asset_key: assetKeyParameter, limit: pageLimit(limits), cursor: v.optional(v.string()) });
}

export function partitionsSchema(limits: Limits) {
  return v.strictObject({
    ...ofAssetSchema(limits).entries,
    expected: v.optional(
      switchParameter(
        "`true`: with what the definition expects and was never materialized, and what it does not know.",
      ),
    ),
    missing: v.optional(switchParameter("`true`: what the definition expects and was never materialized, alone.")),
    since: v.optional(timeParameter),
    until: v.optional(timeParameter),
  });
}

export function partitionRoutes(deps: RouteDeps): Hono<AppEnv> {
  const { now = Date.now } = deps;

  async function answer(c: Context<AppEnv>): Promise<Response> {
    const {
      asset_key: key,
      expected,
      missing: alone,
      since,
      until,
      limit,
      cursor: from,
    } = readQuery(c.req.url, partitionsSchema(deps.config.limits));
    const log = c.get("log");
    const isExpected = expected === true || alone === true;
    if (!isExpected && (since !== undefined || until !== undefined)) {
      throw new HttpError(
        400,
        "The parameters since and until are for missing=true or expected=true: add one of them.",
      );
    }
    const definition = isExpected
      ? expecting(key, (await new ScopedDefinitions(deps, c.get("caller")).definitionFor(key))?.definition)
      : undefined;
    if (definition !== undefined && alone === true) {
      const page = await missingPartitions(log, key, definition, { now: now(), limit, cursor: from, since, until });
      return respond({ missing: page.missing.map(missingAsJson), cursor: page.cursor, has_more: page.hasMore });
    }
    const { partitions, cursor, hasMore } = await log.partitions(key, { limit, cursor: from });
    let more = "";
    if (definition !== undefined) {
      // Of all pages the first says what is missing.
      const found =
        from === undefined
          ? await missingPartitions(log, key, definition, { now: now(), limit, since, until })
          : undefined;
      const missing = found?.missing.map(missingAsJson) ?? [];
      const unexpected = unexpectedOf(
        definition,
        partitions.map(({ partition }) => partition),
      );
      more = `,${JSON.stringify({ missing, has_more_missing: found?.hasMore ?? false, unexpected }).slice(1, -1)}`;
    }
    return jsonResponse(
      `{"partitions":[${partitions.map(formatPartition).join(",")}],"cursor":${JSON.stringify(cursor)},"has_more":${hasMore}${more}}`,
    );
  }

  return routes(deps).get("/", "read", offThread(deps, answer)).app;
}

function formatPartition({ partition, latestMaterialization, materializations }: PartitionRecord): string {
  return `{"partition":${JSON.stringify(partition)},"latest_materialization":${formatEvent(latestMaterialization)},"materializations":${materializations}}`;
}

function missingAsJson({ partition, start, end, dueAt }: MissingPartition) {
  return { partition, start: timeOf(start), end: timeOf(end), due_at: timeOf(dueAt) };
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
