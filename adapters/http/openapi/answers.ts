import { freshnessStates } from "../../../core/events/freshness-change.ts";
import { mostChecks } from "../../../storage/event-log.ts";
import { type Schema, schemaRef } from "./operation.ts";

export const text: Schema = { type: "string" };
export const textOrNull: Schema = { type: ["string", "null"] };
export const texts: Schema = { type: "array", items: text };
export const count: Schema = { type: "integer", minimum: 0 };
export const id: Schema = { type: "integer", minimum: 1 };
const eventOrNull: Schema = { anyOf: [schemaRef("Event"), { type: "null" }] };
export const time: Schema = {
  type: "string",
  description: "ISO 8601, UTC, to the millisecond.",
  pattern: "^([0-9]{4}|[+-][0-9]{6})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$",
};

export function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

export function page(name: string, item: Schema, more: Record<string, Schema> = {}): Schema {
  return object({
    [name]: { type: "array", items: item },
    cursor: { ...textOrNull, description: "The parameter `cursor` that asks for the next page." },
    has_more: {
      type: "boolean",
      description: "A page may be short, even empty, while this is true: ask on with the cursor.",
    },
    ...more,
  });
}

export const assetKey: Schema = { type: "array", items: text, minItems: 1 };
const common: Record<string, Schema> = {
  id: { ...id, description: "Grows in the order of commits and is never used again." },
  asset_key: assetKey,
  partition: textOrNull,
  timestamp: { ...time, description: "When it happened, as given, or when it was received." },
  received_at: { ...time, description: "The server's clock; never decreases as ids grow." },
  description: textOrNull,
  data_version: textOrNull,
  tags: { type: "object", additionalProperties: text },
  metadata: { type: "object", additionalProperties: schemaRef("MetadataValue") },
};
const reporter: Record<string, Schema> = {
  reported_by: {
    ...text,
    description:
      "The name that the token had with which it was reported. Only for callers with the scope `admin`, where events are read one by one, by pages or as a stream, or exported with `reporters=true`. Absent for all others, and for an event that came without a token.",
  },
};

/** An event that somebody reported. */
function reported(properties: Record<string, Schema>): Schema {
  return object({ ...properties, ...reporter }, Object.keys(reporter));
}

export const timeOrNull: Schema = { type: ["string", "null"], format: "date-time" };
export const freshnessState: Schema = { type: "string", enum: [...freshnessStates] };
const partitionState: Schema = {
  type: ["string", "null"],
  enum: [...freshnessStates, null],
  description: "Its freshness. Null if it is not watched.",
};
const missing = object({
  partition: text,
  start: { ...timeOrNull, description: "Of the window, inclusive. Null for a static partition." },
  end: { ...timeOrNull, description: "Of the window, exclusive." },
  due_at: {
    ...timeOrNull,
    description:
      "When it is late: by the freshness policy, else the end of the window. Null for a static partition without a policy.",
  },
  state: partitionState,
});

const assetEvent: Record<string, Schema> = {
  ...common,
  type: { type: "string", enum: ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_WIPED"] },
};
const checkEvaluation: Record<string, Schema> = {
  ...common,
  type: { type: "string", const: "ASSET_CHECK_EVALUATION" },
  check_name: text,
  passed: { type: "boolean" },
  severity: { type: "string", enum: ["WARN", "ERROR"] },
};
const freshnessChange: Record<string, Schema> = {
  ...common,
  type: { type: "string", const: "FRESHNESS_STATE_CHANGE" },
  freshness: object({
    state: freshnessState,
    previous_state: freshnessState,
    reason: {
      ...text,
      description:
        "deadline, window, reported, wiped, initial, policy_changed, policy_removed, partition_removed or no_longer_watched.",
    },
    deadline: { ...timeOrNull, description: "The one that was missed; of PASS and UNKNOWN the next." },
    last_at: { ...timeOrNull, description: "When the newest event counted." },
  }),
};
const key: Record<string, Schema> = {
  idempotency_key: {
    ...text,
    description: "Under which an import records it once: as it was sent, or `<log_id>/<id>`.",
  },
};

const lineError = object({ line: { type: "integer", minimum: 1 }, error: text });
const importCounts: Record<string, Schema> = {
  received: { ...count, description: "Lines that are not blank." },
  recorded: { ...count, description: "Events." },
  duplicates: { ...count, description: "Events whose idempotency key was known, with the same content." },
  failed: { ...count, description: "Lines." },
  skipped: { ...count, description: "Lines that are traces of wipes or changes of freshness." },
  errors: { type: "array", items: lineError, maxItems: 100, description: "Of the first lines that failed." },
};

/** The schemas of the answers. The server only writes answers, so no valibot schema describes them. */
export const answerSchemas: Record<string, Schema> = {
  Error: {
    type: "object",
    description: "Every error has this form. The sentence says what to change.",
    properties: {
      error: text,
      errors: {
        type: "array",
        description: "Of an array of events: which are wrong. Of lines: which failed.",
        items: object({ index: count, line: { type: "integer", minimum: 1 }, error: text }, ["index", "line"]),
      },
    },
    required: ["error"],
  },
  MetadataValue: object({
    type: {
      ...text,
      description: "text, int, float, bool, null, json, url, path, md, timestamp and the other types of Dagster Pipes.",
    },
    raw_value: {
      description: "An int beyond 2^53 - 1, NaN and the infinities are strings: `type` says what they are.",
    },
  }),
  AssetEvent: reported(assetEvent),
  CheckEvaluation: reported(checkEvaluation),
  FreshnessStateChange: object(freshnessChange),
  Event: { oneOf: [schemaRef("AssetEvent"), schemaRef("CheckEvaluation"), schemaRef("FreshnessStateChange")] },
  ExportedEvent: {
    oneOf: [
      reported({ ...assetEvent, ...key }),
      reported({ ...checkEvaluation, ...key }),
      object({ ...freshnessChange, ...key }),
    ],
  },
  EventPage: page("events", schemaRef("Event")),
  Asset: object({
    asset_key: assetKey,
    latest_materialization: eventOrNull,
    latest_observation: eventOrNull,
    data_version: textOrNull,
    checks: {
      type: "array",
      items: schemaRef("CheckEvaluation"),
      maxItems: mostChecks,
      description: "The latest of each name, of the first names.",
    },
    has_more_checks: { type: "boolean", description: "Whether there are more; `/api/v1/checks` lists all." },
    counts: object({ materializations: count, observations: count, check_evaluations: count, partitions: count }),
    definition: {
      anyOf: [schemaRef("Definition"), { type: "null" }],
      description: "The one that holds: of the key, else of the longest prefix.",
    },
    freshness: {
      anyOf: [schemaRef("Freshness"), { type: "null" }],
      description: "Null if the asset is not watched.",
    },
  }),
  Definition: object(
    {
      key: assetKey,
      prefix: { ...assetKey, description: "In the place of `key`: it holds for all keys below." },
      description: textOrNull,
      owners: texts,
      group: textOrNull,
      tags: { type: "object", additionalProperties: text },
      kinds: texts,
      deps: { type: "array", items: assetKey },
      checks: texts,
      partitions: { type: ["object", "null"], description: "Which there should be, as in the document." },
      freshness: { type: ["object", "null"], description: "How often something should come, as in the document." },
      source: text,
      revision: { ...count, description: "Of all definitions, since which this one is as it is." },
      changed_at: time,
      defined_at: {
        ...timeOrNull,
        description: "When its freshness policy was given first.",
      },
    },
    ["key", "prefix"],
  ),
  DefinitionPage: page("definitions", schemaRef("Definition"), {
    revision: { ...count, description: "Grows with every change of any definition." },
  }),
  ReplacedDefinitions: object({
    source: text,
    dry_run: { type: "boolean" },
    added: count,
    changed: count,
    removed: count,
    unchanged: count,
    revision: count,
  }),
  AssetPage: page("assets", schemaRef("Asset")),
  PartitionPage: {
    ...page(
      "partitions",
      object(
        { partition: text, latest_materialization: schemaRef("Event"), materializations: count, state: partitionState },
        ["state"],
      ),
      { missing: { type: "array", items: missing }, has_more_missing: { type: "boolean" }, unexpected: texts },
    ),
    required: ["partitions", "cursor", "has_more"],
  },
  MissingPage: page("missing", missing),
  CheckPage: page(
    "checks",
    object({
      asset_key: assetKey,
      check_name: text,
      partition: textOrNull,
      latest_evaluation: schemaRef("CheckEvaluation"),
      evaluations: count,
    }),
  ),
  Recorded: object({ id, duplicate: { type: "boolean", description: "True where it was recorded before." } }),
  RecordedEvents: object({ recorded: count, duplicates: count, ids: { type: "array", items: id } }),
  Import: object(importCounts),
  UnfinishedImport: object({
    error: text,
    ...importCounts,
    last_durable_line: { ...count, description: "Every line up to this one has been dealt with." },
  }),
  Empty: { type: "object", additionalProperties: false },
  Log: object({ log_id: text }),
  Health: object({ status: { type: "string", const: "ok" } }),
  Ready: object({ ready: { type: "boolean" }, reason: text }, ["reason"]),
  Satisfied: object({ satisfied: { type: "boolean", const: true } }),
  Unsatisfied: object({
    satisfied: { type: "boolean", const: false },
    waiting_for: {
      type: "array",
      items: object({
        asset_key: assetKey,
        what: { ...text, description: "partition, materialization, freshness, or check:<name>." },
        state: {
          type: "string",
          enum: ["missing", "failed", "stale"],
          description: "stale: it is there, and older than it must be.",
        },
      }),
    },
    failed_fast: { type: "boolean" },
  }),
  Wiped: object({ wiped: schemaRef("AssetEvent") }),
};
