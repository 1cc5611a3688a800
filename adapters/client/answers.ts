import * as v from "valibot";
import type { AssetKey } from "../../core/asset-key.ts";
import type { Definition } from "../../core/definitions/definition.ts";
import { freshnessStates } from "../../core/events/freshness-change.ts";
import { readEvent } from "../../core/events/wire.ts";
import type { FreshnessPolicy } from "../../core/freshness/policy.ts";
import { maxEventDepth, parseJson } from "../../core/json/json.ts";
import type { JsonValue } from "../../core/json/json-value.ts";
import type { DefinitionRecord } from "../../storage/definitions/definition-store.ts";
import { RunlessClientError } from "./client-error.ts";

// In a page of assets, events are two levels deeper than in a page of events.
const maxDepth = maxEventDepth + 2;

const event = v.pipe(
  v.custom<JsonValue>(() => true), // a part of what parseJson read; readEvent checks it
  v.transform(readEvent),
);
const checkEvent = v.pipe(
  event,
  v.transform((read) => {
    if (read.type !== "ASSET_CHECK_EVALUATION") throw new TypeError(`${read.type} stands where a check should.`);
    return read;
  }),
);
const assetKey = v.custom<AssetKey>((key) => Array.isArray(key) && key.every((part) => typeof part === "string"));
const page = { cursor: v.nullable(v.string()), has_more: v.boolean() };

const time = v.pipe(v.string(), v.transform(Date.parse));
/** A definition, as the server read it from a document: its fields are not checked again. */
const definition = v.pipe(
  v.looseObject({ source: v.string(), revision: v.number(), changed_at: time, defined_at: v.nullable(time) }),
  v.transform(({ source, revision, changed_at: changedAt, defined_at: definedAt, ...definition }): DefinitionRecord => {
    return { definition: definition as object as Definition, source, revision, changedAt, definedAt };
  }),
);

const counted = v.exactOptional(v.number());
const timeOrNull = v.nullable(time);
const freshness = v.pipe(
  v.object({
    state: v.picklist(freshnessStates),
    since: time,
    policy: v.nullable(v.custom<FreshnessPolicy>((policy) => typeof policy === "object")), // likewise
    deadline: timeOrNull,
    last_at: timeOrNull,
    next_change_at: timeOrNull,
    partitions: v.nullable(v.object({ PASS: counted, WARN: counted, FAIL: counted, UNKNOWN: counted })),
  }),
  v.transform(({ last_at: lastAt, next_change_at: nextAt, ...rest }) => ({ ...rest, lastAt, nextAt })),
);

const asset = v.pipe(
  v.object({
    asset_key: assetKey,
    latest_materialization: v.nullable(event),
    latest_observation: v.nullable(event),
    data_version: v.nullable(v.string()),
    checks: v.array(checkEvent),
    has_more_checks: v.optional(v.boolean(), false), // older servers do not answer it
    counts: v.object({
      materializations: v.number(),
      observations: v.number(),
      check_evaluations: v.number(),
      partitions: v.number(),
    }),
    definition: v.optional(v.nullable(definition), null), // likewise
    freshness: v.optional(v.nullable(freshness), null), // likewise
  }),
  v.transform((wire) => ({
    assetKey: wire.asset_key,
    latestMaterialization: wire.latest_materialization,
    latestObservation: wire.latest_observation,
    dataVersion: wire.data_version,
    checks: wire.checks,
    hasMoreChecks: wire.has_more_checks,
    counts: {
      materializations: wire.counts.materializations,
      observations: wire.counts.observations,
      checkEvaluations: wire.counts.check_evaluations,
      partitions: wire.counts.partitions,
    },
    definition: wire.definition,
    freshness: wire.freshness,
  })),
);

const partition = v.pipe(
  v.object({ partition: v.string(), latest_materialization: event, materializations: v.number() }),
  v.transform(({ partition, latest_materialization: latestMaterialization, materializations }) => ({
    partition,
    latestMaterialization,
    materializations,
  })),
);

/** Schemas of the answers of a server. They transform bodies into the types of an EventLog. */
export const answers = {
  reported: v.object({ id: v.number(), duplicate: v.boolean() }),
  reportedAll: v.object({ recorded: v.number(), duplicates: v.number(), ids: v.array(v.number()) }),
  asset,
  wiped: v.object({ wiped: event }),
  events: v.pipe(
    v.object({ events: v.array(event), ...page }),
    v.transform(({ events, cursor, has_more: hasMore }) => ({ events, cursor, hasMore })),
  ),
  assets: v.pipe(
    v.object({ assets: v.array(asset), ...page }),
    v.transform(({ assets, cursor, has_more: hasMore }) => ({ assets, cursor, hasMore })),
  ),
  partitions: v.pipe(
    v.object({ partitions: v.array(partition), ...page }),
    v.transform(({ partitions, cursor, has_more: hasMore }) => ({ partitions, cursor, hasMore })),
  ),
};

/** Reads an answer. Throws RunlessClientError `bad_answer` for any other text. */
export function readAnswer<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> {
  try {
    return v.parse(schema, parseJson(text, { maxDepth }));
  } catch (cause) {
    const message = `The server's answer is not one that this client knows: ${JSON.stringify(text.slice(0, 200))}.`;
    throw new RunlessClientError("bad_answer", message, { status: 200, cause });
  }
}
