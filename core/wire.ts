import * as v from "valibot";
import type { AssetKey } from "./asset-key.ts";
import { dataVersionOf, type RecordedEvent, type ReportableEvent, type RunlessEvent, type Tags } from "./events.ts";
import { maxEventDepth, parseJson } from "./json.ts";
import { keptText, rawText } from "./json-text.ts";
import { isArray, isJsonObject, isStringMap, type JsonObject, type JsonValue, setMember } from "./json-value.ts";
import { inferMetadataValue, isTyped, readMetadataValue } from "./metadata.ts";
import type { Metadata, MetadataValue } from "./metadata-value.ts";

/** Names what an event from a store still holds of its details as text: see kept-details.ts. */
export const keptDetails: unique symbol = Symbol.for("runless.details");

export interface FormattedDetails {
  /** As `formatAnswerDetails` writes them. */
  readonly formatted: string;
}

/** A recorded event as the JSON text that every answer, stream and export carries. Times are ISO 8601, UTC. */
export function formatEvent(event: RecordedEvent & { readonly [keptDetails]?: FormattedDetails }): string {
  const head = {
    id: event.id,
    type: event.type,
    asset_key: event.assetKey,
    partition: event.partition,
    timestamp: new Date(event.timestamp).toISOString(),
    received_at: new Date(event.receivedAt).toISOString(),
  };
  const check =
    event.type === "ASSET_CHECK_EVALUATION"
      ? { check_name: event.checkName, passed: event.passed, severity: event.severity }
      : {};
  const details = event[keptDetails]?.formatted ?? formatAnswerDetails(event);
  return `${JSON.stringify({ ...head, ...check }).slice(0, -1)},${details}}`;
}

/** The members of an answer that details say. */
export function formatAnswerDetails(details: EventDetails): string {
  const { description, tags, metadata } = details;
  const rest = { description, data_version: dataVersionOf(details), tags };
  return `${JSON.stringify(rest).slice(1, -1)},"metadata":${formatMetadata(metadata)}`;
}

/**
 * An event that is not recorded yet, as the JSON text that `POST /api/v1/events` takes. Metadata say their types. What
 * the event leaves open is left out, so that a repetition under an idempotency key has the same content.
 */
export function formatNewEvent(event: ReportableEvent, idempotencyKey: string | undefined): string {
  const { id, receivedAt } = event;
  const recorded =
    id !== undefined && receivedAt !== undefined ? { id, received_at: new Date(receivedAt).toISOString() } : {};
  const head = {
    ...recorded,
    type: event.type,
    asset_key: event.assetKey,
    partition: event.partition ?? undefined,
    timestamp: event.timestamp === null ? undefined : new Date(event.timestamp).toISOString(),
    description: event.description ?? undefined,
  };
  const check =
    event.type === "ASSET_CHECK_EVALUATION"
      ? { check_name: event.checkName, passed: event.passed, severity: event.severity }
      : {};
  const rest = { ...check, tags: event.tags, idempotency_key: idempotencyKey };
  return `${JSON.stringify({ ...head, ...rest }).slice(0, -1)},"metadata":${formatMetadata(event.metadata)}}`;
}

/** The event that `formatEvent` wrote. Throws where the text is another. */
export function parseEvent(text: string): RecordedEvent {
  return readEvent(parseJson(text, { maxDepth: maxEventDepth }));
}

/** As `parseEvent`, for an event inside other JSON, which `parseJson` read. */
export function readEvent(json: JsonValue): RecordedEvent {
  const wire = v.parse(eventSchema, json);
  const common = {
    id: wire.id,
    assetKey: wire.asset_key,
    partition: wire.partition,
    timestamp: wire.timestamp,
    receivedAt: wire.received_at,
    description: wire.description,
    tags: wire.tags,
    metadata: wire.metadata,
  };
  if (wire.type !== "ASSET_CHECK_EVALUATION") return { type: wire.type, ...common };
  const { check_name: checkName, passed, severity } = v.parse(checkSchema, json);
  return { type: wire.type, ...common, checkName, passed, severity };
}

export type EventDetails = Pick<RunlessEvent, "description" | "tags" | "metadata">;

/** What was said about an event and no query looks into, as the JSON text that a store keeps. Empty parts are left out. */
export function formatDetails({ description, tags, metadata }: EventDetails): string {
  const plain = isEmpty(metadata) ? undefined : plainMetadata(metadata);
  const text = JSON.stringify({
    description: description ?? undefined,
    tags: isEmpty(tags) ? undefined : tags,
    metadata: plain ?? undefined,
  });
  if (plain !== null) return text;
  return `${text.slice(0, -1)}${text === "{}" ? "" : ","}"metadata":${formatMetadata(metadata)}}`;
}

export function parseDetails(text: string): EventDetails {
  return v.parse(detailsSchema, parseJson(text, { maxDepth: maxEventDepth }));
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/**
 * Metadata for JSON.stringify to write as `formatMetadata` would, in a third of the time; null where a value is one that
 * it can't.
 */
function plainMetadata(metadata: Metadata): Readonly<Record<string, unknown>> | null {
  const plain: { [name: string]: unknown } = {};
  for (const name of Object.keys(metadata)) {
    const value = metadata[name] as MetadataValue; // its own names
    if (!isPlain(value)) return null;
    setMember(plain, name, { type: value.type, raw_value: value.rawValue });
  }
  return plain;
}

function isPlain(value: MetadataValue): boolean {
  if (keptText(value) !== undefined) return false;
  const { type, rawValue } = value;
  if (typeof rawValue === "number") return Number.isFinite(rawValue) && (type === "int" || !Number.isInteger(rawValue));
  return typeof rawValue !== "object" || rawValue === null;
}

function formatMetadata(metadata: Metadata): string {
  let members = "";
  for (const name of Object.keys(metadata)) {
    const value = metadata[name];
    if (value === undefined) continue;
    if (members !== "") members += ",";
    members += `${JSON.stringify(name)}:{"type":"${value.type}","raw_value":${rawText(value)}}`;
  }
  return `{${members}}`;
}

const time = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.check((milliseconds) => !Number.isNaN(milliseconds)),
);
const nullableText = v.nullish(v.string(), null);
// Not valibot's record(): it drops `__proto__`.
const tags = v.custom<Tags>(isStringMap);
const metadata = v.pipe(
  v.custom<JsonObject>((value) => isJsonObject(value as JsonValue)),
  v.transform(readMetadata),
);
const details = { description: nullableText, tags: v.nullish(tags, {}), metadata: v.nullish(metadata, {}) };
const detailsSchema = v.object(details);
const eventSchema = v.object({
  id: v.custom<number>(Number.isSafeInteger),
  type: v.picklist(["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION", "ASSET_WIPED"]),
  asset_key: v.custom<AssetKey>((key) => isArray(key as JsonValue)),
  partition: nullableText,
  timestamp: time,
  received_at: time,
  ...details,
});
const checkSchema = v.object({
  check_name: v.string(),
  passed: v.boolean(),
  severity: v.picklist(["WARN", "ERROR"]),
});

/** Metadata as the wire has it: `{"type", "raw_value"}` says its own type, any other value is typed as Dagster would. */
export function readMetadata(wire: JsonObject): Metadata {
  return Object.fromEntries(Object.entries(wire).map(([name, value]) => [name, readWireValue(value)]));
}

function readWireValue(value: JsonValue): MetadataValue {
  if (!isJsonObject(value) || !Object.hasOwn(value, "raw_value") || Object.hasOwn(value, "rawValue")) {
    return inferMetadataValue(value);
  }
  const { raw_value: rawValue, ...rest } = value;
  const typed = { ...rest, rawValue };
  return isTyped(typed) ? readMetadataValue(typed) : inferMetadataValue(value);
}
