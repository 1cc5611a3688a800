import * as v from "valibot";
import { type AssetKey, namedKey, parseAssetKey } from "./asset-key.ts";
import { describe, got } from "./describe.ts";
import { InvalidEventError } from "./invalid-event-error.ts";
import { isJsonNumber, isNumberText, isStringMap, type JsonValue, numberText } from "./json-value.ts";
import { type Metadata, type MetadataInput, type MetadataValue, readMetadataValue } from "./metadata.ts";

interface EventFields {
  readonly assetKey: AssetKey;
  readonly partition: string | null;
  /** When it happened, in milliseconds since 1970 UTC; null stands for the time of receipt. */
  readonly timestamp: number | null;
  readonly description: string | null;
  /** A data version stands here, under `dagster/data_version`. */
  readonly tags: Tags;
  readonly metadata: Metadata;
}

export type Tags = Readonly<Record<string, string>>;
export type AssetCheckSeverity = "WARN" | "ERROR";

/** An asset was (re)built. */
export interface AssetMaterialization extends EventFields {
  readonly type: "ASSET_MATERIALIZATION";
}

/** An asset was looked at, and this is what was seen. */
export interface AssetObservation extends EventFields {
  readonly type: "ASSET_OBSERVATION";
}

/** A check of an asset passed or failed. */
export interface AssetCheckEvaluation extends EventFields {
  readonly type: "ASSET_CHECK_EVALUATION";
  readonly checkName: string;
  readonly passed: boolean;
  readonly severity: AssetCheckSeverity;
}

/** What can be reported: something that happened to an asset outside any run. */
export type RunlessEvent = AssetMaterialization | AssetObservation | AssetCheckEvaluation;
export type RunlessEventType = RunlessEvent["type"];

/** The trace that a wipe leaves in the log. Its metadata say what was wiped and who asked for it. */
export interface AssetWiped extends EventFields {
  readonly type: "ASSET_WIPED";
}

/** An event as the log keeps it. */
export type RecordedEvent = (RunlessEvent | AssetWiped) & {
  /** Grows in commit order; never used again. */
  readonly id: number;
  readonly timestamp: number;
  /** The log's clock at the commit, in milliseconds since 1970 UTC; never decreases with `id`. */
  readonly receivedAt: number;
};
export type RecordedEventType = RecordedEvent["type"];

export type WipeScope = { readonly what: "asset" | "partition" } | { readonly what: "event"; readonly eventId: number };

/** `partition` is that of the partition or event that was wiped. `by` names who asked, where that is known. */
export function assetWiped(
  assetKey: AssetKey,
  partition: string | null,
  scope: WipeScope,
  by: string | null,
): AssetWiped {
  const metadata =
    scope.what === "event" ? { what: scope.what, event_id: scope.eventId, by } : { what: scope.what, by };
  return { type: "ASSET_WIPED", ...eventFields(assetKey, { partition, metadata }, readMetadataValue) };
}

const dataVersionTag = "dagster/data_version";
const dataVersionIsUserProvidedTag = "dagster/data_version_is_user_provided";

/** The data version that an event carries, or null. */
export function dataVersionOf(event: Pick<EventFields, "tags">): string | null {
  return event.tags[dataVersionTag] ?? null;
}

export interface EventOptions {
  readonly partition?: string | null;
  /** A Date, or milliseconds since 1970 UTC. Absent: the time of receipt. */
  readonly timestamp?: Date | number | null;
  readonly description?: string | null;
  readonly dataVersion?: string | null;
  readonly tags?: Tags | null;
  readonly metadata?: MetadataInput | null;
}

export interface AssetCheckOptions extends EventOptions {
  readonly checkName: string;
  readonly passed: boolean;
  /** How much a failure matters. Default: ERROR. */
  readonly severity?: AssetCheckSeverity | null;
}

/** `materialization("s3/orders", { metadata: { rows: 5 } })`. A string key is split on `/`. Throws InvalidEventError. */
export function materialization(assetKey: AssetKey | string, options: EventOptions = {}): AssetMaterialization {
  return { type: "ASSET_MATERIALIZATION", ...eventFields(assetKey, options, readMetadataValue) };
}

/** As `materialization`, for an asset that was looked at and not changed. */
export function observation(assetKey: AssetKey | string, options: EventOptions = {}): AssetObservation {
  return { type: "ASSET_OBSERVATION", ...eventFields(assetKey, options, readMetadataValue) };
}

/** `checkEvaluation("s3/orders", { checkName: "no_nulls", passed: false })`. Throws InvalidEventError. */
export function checkEvaluation(assetKey: AssetKey | string, options: AssetCheckOptions): AssetCheckEvaluation {
  return {
    type: "ASSET_CHECK_EVALUATION",
    ...eventFields(assetKey, options, readMetadataValue),
    ...checkFields(options),
  };
}

/** A key as given, or a string split as `parseAssetKey` does. Throws InvalidEventError where no part says anything. */
export function assetKeyOf(key: AssetKey | string): AssetKey {
  const parts = typeof key === "string" ? parseAssetKey(key) : namedKey(key.map((part) => part.toWellFormed()));
  if (parts === undefined) {
    throw new InvalidEventError("asset_key", `Param "asset_key" has no part that is not empty. Got ${describe(key)}.`);
  }
  return parts;
}

/** The event itself, checked as its constructor would: for one that a program built by hand. Throws InvalidEventError. */
export function checkEvent(event: RunlessEvent): RunlessEvent {
  check(typeSchema, event);
  const fields = eventFields(event.assetKey, event, readMetadataValue);
  return event.type === "ASSET_CHECK_EVALUATION"
    ? { type: event.type, ...fields, ...checkFields(event) }
    : { type: event.type, ...fields };
}

export type EventInput = { readonly [Field in keyof (EventOptions & AssetCheckOptions)]?: unknown };

/** The fields that every event has, checked. `readValue` says how a metadata value gets its type. */
export function eventFields(
  assetKey: AssetKey | string,
  input: EventInput,
  readValue: (value: unknown) => MetadataValue,
): EventFields {
  const checked = check(commonSchema, input);
  const { dataVersion } = checked;
  return {
    assetKey: assetKeyOf(assetKey),
    partition: checked.partition,
    timestamp: checked.timestamp,
    description: checked.description,
    tags:
      dataVersion === null
        ? checked.tags
        : { ...checked.tags, [dataVersionTag]: dataVersion, [dataVersionIsUserProvidedTag]: "true" },
    metadata: checkMetadata(input.metadata, readValue),
  };
}

export function checkFields({
  checkName,
  passed,
  severity,
}: EventInput): Pick<AssetCheckEvaluation, "checkName" | "passed" | "severity"> {
  // Named one by one: valibot has a message of its own for what is missing altogether.
  return check(checkSchema, { checkName, passed, severity });
}

const text = (parameter: string) =>
  v.pipe(
    v.string(got(`Param "${parameter}" is not a str`)),
    v.transform((value) => value.toWellFormed()),
  );
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema, null);

const dataVersion = v.pipe(
  v.custom<JsonValue>(
    (value) => typeof value === "string" || typeof value === "boolean" || isJsonNumber(value),
    got('Param "data_version" is not a str'),
  ),
  // Tags are strings: a number is kept as its JSON text was written.
  v.transform((value) => (isNumberText(value) ? value[numberText] : String(value).toWellFormed())),
);

const timestamp = v.pipe(
  v.custom<Date | number>(
    (value) => typeof value === "number" || value instanceof Date,
    got('Param "timestamp" is not a Date or a number'),
  ),
  v.transform((value) => Math.floor(Number(value))),
  v.check((value) => !Number.isNaN(new Date(value).getTime()), got('Param "timestamp" is not a time')),
);

const tags = v.pipe(
  v.custom<Tags>(isStringMap, got('Param "tags" is not a dict of str')),
  v.transform((value) =>
    Object.fromEntries(Object.entries(value).map(([name, tag]) => [name.toWellFormed(), tag.toWellFormed()])),
  ),
);

const types = ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"] as const;
const typeSchema = v.object({
  type: v.picklist(types, got(`Param "type" is not ${types.join(" or ")}`)),
});

const commonSchema = v.object({
  partition: optional(text("partition")),
  timestamp: optional(timestamp),
  description: optional(text("description")),
  dataVersion: optional(dataVersion),
  tags: v.nullish(tags, {}),
});

const checkSchema = v.object({
  checkName: text("check_name"),
  passed: v.boolean(got('Param "passed" is not a bool')),
  severity: v.nullish(v.picklist(["WARN", "ERROR"], got('Param "severity" is not WARN or ERROR')), "ERROR"),
});

const wireNames: Readonly<Record<string, string>> = { checkName: "check_name", dataVersion: "data_version" };

function check<Schema extends v.GenericSchema>(schema: Schema, input: EventInput): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = String(issue.path?.[0]?.key ?? "");
  throw new InvalidEventError(wireNames[field] ?? field, issue.message);
}

// Not valibot's record(): it drops `__proto__`, which is a metadata name like any other.
function checkMetadata(input: unknown, readValue: (value: unknown) => MetadataValue): Metadata {
  if (input === undefined || input === null) return {};
  if (!isDict(input))
    throw new InvalidEventError("metadata", `Param "metadata" is not a dict. Got ${describe(input)}.`);
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      try {
        return [name.toWellFormed(), readValue(value)];
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new InvalidEventError(
          "metadata",
          `Could not resolve the metadata value for "${name}" to a known type: ${why}`,
        );
      }
    }),
  );
}

function isDict(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNumberText(value);
}
