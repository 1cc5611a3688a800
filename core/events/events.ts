import { type AssetKey, namedKey, parseAssetKey } from "../asset-key.ts";
import { describe } from "../describe.ts";
import {
  isJsonObject,
  isNumberText,
  isPlainObject,
  isStringMap,
  type JsonValue,
  numberText,
  setMember,
} from "../json/json-value.ts";
import type { FreshnessChange } from "./freshness-change.ts";
import { InvalidEventError } from "./invalid-event-error.ts";
import { type MetadataInput, NotJsonError, readMetadataValue } from "./metadata.ts";
import type { Metadata, MetadataValue } from "./metadata-value.ts";

interface EventFields {
  readonly assetKey: AssetKey;
  readonly partition: string | null;
  /** When it happened, in milliseconds since 1970 UTC; null stands for the clock of the log that records it. */
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

/** An asset was looked at. The event says what was seen. */
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

/** The trace of a wipe in the log. Its metadata say what was wiped and who asked for it. */
export interface AssetWiped extends EventFields {
  readonly type: "ASSET_WIPED";
}

/** The freshness of an asset, or of a partition, changed. Only a server that watches it records such an event. */
export interface FreshnessStateChange extends EventFields {
  readonly type: "FRESHNESS_STATE_CHANGE";
  readonly freshness: FreshnessChange;
}

/** An event as the log keeps it. */
export type RecordedEvent = (RunlessEvent | AssetWiped | FreshnessStateChange) & {
  /** Grows in commit order; never used again. */
  readonly id: number;
  readonly timestamp: number;
  /** The log's clock at the commit, in milliseconds since 1970 UTC, or later: it never decreases with `id`. */
  readonly receivedAt: number;
};

/** An event for a log to record. An event that another log gave also says when that log received it. */
export type ReportableEvent = RunlessEvent & Partial<Pick<RecordedEvent, "id" | "receivedAt">>;
export type RecordedEventType = RecordedEvent["type"];

export type WipeScope = { readonly what: "asset" | "partition" } | { readonly what: "event"; readonly eventId: number };

/**
 * `partition` is that of the wiped partition or event. `by` names who asked for the wipe, if that is known.
 *
 * @example
 * const trace = assetWiped(["warehouse", "orders"], null, { what: "asset" }, "ci");
 * console.log(trace.metadata.by); // { type: 'text', rawValue: 'ci' }
 */
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

/**
 * The event that says that the freshness of an asset changed, or of one of its partitions.
 *
 * @example
 * const change = { state: "FAIL", previousState: "PASS", reason: "deadline", deadline: 0, lastAt: null } as const;
 * console.log(freshnessStateChange(["warehouse", "orders"], null, change).freshness.state); // FAIL
 */
export function freshnessStateChange(
  assetKey: AssetKey,
  partition: string | null,
  freshness: FreshnessChange,
): FreshnessStateChange {
  return { type: "FRESHNESS_STATE_CHANGE", ...eventFields(assetKey, { partition }, readMetadataValue), freshness };
}

const dataVersionTag = "dagster/data_version";
const dataVersionIsUserProvidedTag = "dagster/data_version_is_user_provided";

/**
 * The data version that an event carries, or null.
 *
 * @example
 * console.log(dataVersionOf(observation("warehouse/orders", { dataVersion: "v2" }))); // v2
 */
export function dataVersionOf(event: Pick<EventFields, "tags">): string | null {
  return event.tags[dataVersionTag] ?? null;
}

export interface EventOptions {
  readonly partition?: string | null;
  /** A Date, or milliseconds since 1970 UTC. Default: the clock of the log that records the event. */
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

/**
 * An event: an asset was (re)built. A string key is split on `/`. Throws InvalidEventError.
 *
 * @example
 * const event = materialization("warehouse/orders", { partition: "2026-11-23", metadata: { rows: 5 } });
 * console.log(event.metadata.rows); // { type: 'int', rawValue: 5 }
 */
export function materialization(assetKey: AssetKey | string, options: EventOptions = {}): AssetMaterialization {
  return { type: "ASSET_MATERIALIZATION", ...eventFields(assetKey, options, readMetadataValue) };
}

/**
 * As `materialization`, for an asset that was looked at and not changed.
 *
 * @example
 * const event = observation("vendor/prices", { metadata: { etag: "33a64df5" } });
 * console.log(event.type, event.assetKey); // ASSET_OBSERVATION [ 'vendor', 'prices' ]
 */
export function observation(assetKey: AssetKey | string, options: EventOptions = {}): AssetObservation {
  return { type: "ASSET_OBSERVATION", ...eventFields(assetKey, options, readMetadataValue) };
}

/**
 * An event: a check of an asset passed or failed. Throws InvalidEventError.
 *
 * @example
 * const event = checkEvaluation("warehouse/orders", { checkName: "no_nulls", passed: false });
 * console.log(event.passed, event.severity); // false ERROR
 */
export function checkEvaluation(assetKey: AssetKey | string, options: AssetCheckOptions): AssetCheckEvaluation {
  return {
    type: "ASSET_CHECK_EVALUATION",
    ...eventFields(assetKey, options, readMetadataValue),
    ...checkFields(options),
  };
}

/**
 * The key as given, or a string split as `parseAssetKey` does. Throws InvalidEventError if all parts are empty.
 *
 * @example
 * console.log(assetKeyOf("warehouse/orders")); // [ 'warehouse', 'orders' ]
 */
export function assetKeyOf(key: AssetKey | string): AssetKey {
  const parts = typeof key === "string" ? parseAssetKey(key) : namedKey(key.map((part) => part.toWellFormed()));
  if (parts === undefined) {
    throw new InvalidEventError("asset_key", `Param "asset_key" has no part that is not empty. Got ${describe(key)}.`);
  }
  return parts;
}

/** The types that can be reported. */
export const eventTypes: readonly RunlessEventType[] = [
  "ASSET_MATERIALIZATION",
  "ASSET_OBSERVATION",
  "ASSET_CHECK_EVALUATION",
];

/** Whether a client reported the event: it is neither the trace of a wipe nor a change of freshness. */
export function isReported(event: RecordedEvent): event is RecordedEvent & RunlessEvent {
  return event.type !== "ASSET_WIPED" && event.type !== "FRESHNESS_STATE_CHANGE";
}

/** The types that a log may hold. */
export const recordedTypes: readonly RecordedEventType[] = [...eventTypes, "ASSET_WIPED", "FRESHNESS_STATE_CHANGE"];

/**
 * The event, checked as its constructor checks: for an event that a program built by hand. Throws InvalidEventError.
 *
 * @example
 * const event = checkEvent({ ...materialization("warehouse/orders"), partition: "2026-11-23" });
 * console.log(event.partition); // 2026-11-23
 */
export function checkEvent(event: RunlessEvent): RunlessEvent {
  if (!eventTypes.includes(event?.type)) throw wrong("type", eventTypes.join(" or "), event?.type);
  const fields = eventFields(event.assetKey, event, readMetadataValue);
  return event.type === "ASSET_CHECK_EVALUATION"
    ? { type: event.type, ...fields, ...checkFields(event) }
    : { type: event.type, ...fields };
}

export type EventInput = { readonly [Field in keyof (EventOptions & AssetCheckOptions)]?: unknown };

/** The fields that every event has, checked. `readValue` gives a metadata value its type. */
export function eventFields(
  assetKey: AssetKey | string,
  input: EventInput,
  readValue: (value: unknown) => MetadataValue,
): EventFields {
  if (Object(input) !== input) throw wrong("options", "a dict", input);
  const partition = textOf(input.partition, "partition");
  const timestamp = timestampOf(input.timestamp);
  const description = textOf(input.description, "description");
  const dataVersion = versionOf(input.dataVersion);
  const tags = tagsOf(input.tags, dataVersion);
  return {
    assetKey: assetKeyOf(assetKey),
    partition,
    timestamp,
    description,
    tags,
    metadata: checkMetadata(input.metadata, readValue),
  };
}

export function checkFields({
  checkName,
  passed,
  severity,
}: EventInput): Pick<AssetCheckEvaluation, "checkName" | "passed" | "severity"> {
  if (typeof checkName !== "string") throw wrong("check_name", "a str", checkName);
  if (typeof passed !== "boolean") throw wrong("passed", "a bool", passed);
  return { checkName: checkName.toWellFormed(), passed, severity: severityOf(severity) };
}

// Plain code, not schemas: every report is parsed here, and schemas took half of that time.
function textOf(value: unknown, parameter: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.toWellFormed();
  throw wrong(parameter, "a str", value);
}

function versionOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.toWellFormed();
  // Tags are strings. A number keeps the digits of its JSON text.
  if (isNumberText(value)) return value[numberText];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw wrong("data_version", "a str", value);
}

function timestampOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" && !(value instanceof Date)) throw wrong("timestamp", "a Date or a number", value);
  const milliseconds = Math.floor(Number(value));
  if (Number.isNaN(new Date(milliseconds).getTime())) throw wrong("timestamp", "a time", milliseconds);
  return milliseconds;
}

function tagsOf(value: unknown, dataVersion: string | null): Tags {
  const tags: { [name: string]: string } = {};
  if (value !== undefined && value !== null) {
    if (!isStringMap(value)) throw wrong("tags", "a dict of str", value);
    for (const name of Object.keys(value)) setMember(tags, name.toWellFormed(), (value[name] ?? "").toWellFormed());
  }
  if (dataVersion !== null) {
    tags[dataVersionTag] = dataVersion;
    tags[dataVersionIsUserProvidedTag] = "true";
  }
  return tags;
}

function wrong(parameter: string, expected: string, came: unknown): InvalidEventError {
  return new InvalidEventError(parameter, `Param "${parameter}" is not ${expected}. Got ${describe(came)}.`);
}

function severityOf(value: unknown): AssetCheckSeverity {
  if (value === undefined || value === null) return "ERROR";
  if (value === "WARN" || value === "ERROR") return value;
  throw wrong("severity", "WARN or ERROR", value);
}

function checkMetadata(input: unknown, readValue: (value: unknown) => MetadataValue): Metadata {
  if (input === undefined || input === null) return {};
  const dict = input as JsonValue; // a guess that is checked
  if (!isPlainObject(dict) || !isJsonObject(dict)) throw wrong("metadata", "a dict", input);
  const metadata: { [name: string]: MetadataValue } = {};
  for (const name of Object.keys(dict)) setMember(metadata, name.toWellFormed(), resolve(name, dict[name], readValue));
  return metadata;
}

function resolve(name: string, value: unknown, readValue: (value: unknown) => MetadataValue): MetadataValue {
  try {
    return readValue(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const why = error instanceof NotJsonError ? `${reason} at ${["metadata", name, ...error.path].join(".")}.` : reason;
    throw new InvalidEventError(
      "metadata",
      `Could not resolve the metadata value for "${name}" to a known type: ${why}`,
    );
  }
}
