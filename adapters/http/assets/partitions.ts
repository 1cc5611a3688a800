import type { Context, Hono } from "hono";
import * as v from "valibot";
import type { FreshnessState } from "../../../core/freshness/index.ts";
import { type AssetKey, formatEvent } from "../../../core/index.ts";
import { isoTime } from "../../../core/time.ts";
import type { PartitionRecord, Subject } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { ScopedDefinitions } from "../definitions/scoped-definitions.ts";
import { HttpError } from "../http-error.ts";
import { assetKeyParameter, pageLimit, readQuery, switchParameter, timeParameter } from "../query-parameters.ts";
import { listResponse, respond } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import { ScopedWatching } from "../watching/scoped-watching.ts";
import { expecting, type MissingPartition, missingPartitions, unexpectedOf } from "./missing-partitions.ts";

/** The query for a list of parts of one asset. */
function ofAssetSchema(limits: Limits) {
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
      ? expecting(key, await new ScopedDefinitions(deps, c.get("caller")).definitionFor(key))
      : undefined;
    if (definition !== undefined && alone === true) {
      const page = await missingPartitions(log, key, definition, { now: now(), limit, cursor: from, since, until });
      const missing = await withStates(c, key, page.missing);
      return respond({ missing, cursor: page.cursor, has_more: page.hasMore });
    }
    const page = await log.partitions(key, { limit, cursor: from });
    let more = {};
    let subjects: ReadonlyMap<string, Subject> | undefined;
    if (definition !== undefined) {
      // Of all pages the first says what is missing.
      const found =
        from === undefined
          ? await missingPartitions(log, key, definition, { now: now(), limit, since, until })
          : undefined;
      const missing = await withStates(c, key, found?.missing ?? []);
      const names = page.partitions.map(({ partition }) => partition);
      subjects = await new ScopedWatching(deps, c.get("caller")).partitionsOf(key, names);
      const unexpected = unexpectedOf(definition, names);
      more = { missing, has_more_missing: found?.hasMore ?? false, unexpected };
    }
    const texts = page.partitions.map((record) => formatPartition(record, subjects));
    return listResponse("partitions", texts, page, more);
  }

  async function withStates(c: Context<AppEnv>, key: AssetKey, missing: readonly MissingPartition[]) {
    const names = missing.map(({ partition }) => partition);
    const subjects = await new ScopedWatching(deps, c.get("caller")).partitionsOf(key, names);
    return missing.map((one) => {
      const subject = subjects.get(one.partition);
      // A static partition may have been observed, or wiped: the watcher knows its deadline.
      const dueAt = one.end === null && subject !== undefined ? subject.deadline : one.dueAt;
      return { ...missingAsJson({ ...one, dueAt }), state: subject?.state ?? null };
    });
  }

  return routes(deps).get("/", "read", offThread(deps, answer)).app;
}

/** With its state, if there are subjects: null for a partition that is not watched. */
function formatPartition(
  { partition, latestMaterialization, materializations }: PartitionRecord,
  subjects: ReadonlyMap<string, Subject> | undefined,
): string {
  const state = subjects === undefined ? "" : `,"state":${JSON.stringify(stateIn(subjects, partition))}`;
  return `{"partition":${JSON.stringify(partition)},"latest_materialization":${formatEvent(latestMaterialization)},"materializations":${materializations}${state}}`;
}

function stateIn(subjects: ReadonlyMap<string, Subject>, partition: string): FreshnessState | null {
  return subjects.get(partition)?.state ?? null;
}

function missingAsJson({ partition, start, end, dueAt }: MissingPartition) {
  return { partition, start: isoTime(start), end: isoTime(end), due_at: isoTime(dueAt) };
}
