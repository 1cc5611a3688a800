import type { AssetKey } from "../asset-key.ts";
import { describe } from "../describe.ts";
import { maxEventDepth, parseJson } from "../json/json.ts";
import { keptJson, rawText } from "../json/json-text.ts";
import { isArray, isJsonObject, isStringMap, type JsonObject, type JsonValue, setMember } from "../json/json-value.ts";
import {
  type AssetCheckSeverity,
  dataVersionOf,
  eventTypes,
  type RecordedEvent,
  type RecordedEventType,
  type ReportableEvent,
  type RunlessEvent,
  type RunlessEventType,
} from "./events.ts";
import { inferMetadataValue, isTyped, readMetadataValue } from "./metadata.ts";
import type { Metadata, MetadataValue } from "./metadata-value.ts";

/** Names what an event from a store still holds of its details as text: see kept-details.ts. */
export const keptDetails: unique symbol = Symbol.for("runless.details");

export interface FormattedDetails {
  /** As `formatAnswerDetails` writes them. */
  readonly formatted: string;
  /** As `formatDetails` wrote them. */
  readonly text: string;
}

/**
 * A recorded event as the JSON text that every answer, stream and export carries. Times are ISO 8601, UTC.
 *
 * @example
 * const event = { ...materialization("warehouse/orders"), id: 1, timestamp: 0, receivedAt: 0 };
 * console.log(JSON.parse(formatEvent(event)).timestamp); // 1970-01-01T00:00:00.000Z
 */
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

/**
 * The event that `formatEvent` wrote. Throws where the text is another.
 *
 * @example
 * const text = formatEvent({ ...materialization("warehouse/orders"), id: 1, timestamp: 0, receivedAt: 0 });
 * console.log(parseEvent(text).assetKey); // [ 'warehouse', 'orders' ]
 */
export function parseEvent(text: string): RecordedEvent {
  return readEvent(parseJson(text, { maxDepth: maxEventDepth }));
}

/** As `parseEvent`, for an event inside other JSON, which `parseJson` read. */
export function readEvent(json: JsonValue): RecordedEvent {
  const wire = isJsonObject(json) ? json : {};
  const type = field(wire, "type", isType);
  const common = {
    id: field(wire, "id", isId),
    assetKey: field(wire, "asset_key", isKey),
    partition: field(wire, "partition", orNull(isText)),
    timestamp: Date.parse(field(wire, "timestamp", isTime)),
    receivedAt: Date.parse(field(wire, "received_at", isTime)),
    ...readDetails(wire),
  };
  if (type !== "ASSET_CHECK_EVALUATION") return { type, ...common };
  return {
    type,
    ...common,
    checkName: field(wire, "check_name", isText),
    passed: field(wire, "passed", isBoolean),
    severity: field(wire, "severity", isSeverity),
  };
}

/** Details on the wire, where each may be left out. */
export function readDetails(wire: JsonObject): EventDetails {
  return {
    description: field(wire, "description", orNull(isText)),
    tags: field(wire, "tags", orNull(isStringMap)) ?? {},
    metadata: readMetadata(field(wire, "metadata", orNull(isJsonObject)) ?? {}),
  };
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
  if (keptJson(value) !== undefined) return false;
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

type Check<Value extends JsonValue> = (value: JsonValue) => value is Value;

// Plain code, not schemas: those would be a sixth of what the core weighs in a browser.
function field<Value extends JsonValue>(wire: JsonObject, name: string, is: Check<Value>): Value {
  const value = wire[name] ?? null;
  if (is(value)) return value;
  throw new TypeError(`The field ${name} of a recorded event can't be ${describe(value)}.`);
}

function orNull<Value extends JsonValue>(is: Check<Value>): Check<Value | null> {
  return (value): value is Value | null => value === null || is(value);
}

function isText(value: JsonValue): value is string {
  return typeof value === "string";
}

function isTime(value: JsonValue): value is string {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

function isBoolean(value: JsonValue): value is boolean {
  return typeof value === "boolean";
}

function isId(value: JsonValue): value is number {
  return Number.isSafeInteger(value);
}

function isKey(value: JsonValue): value is AssetKey {
  return isArray(value) && value.every(isText);
}

function isType(value: JsonValue): value is RecordedEventType {
  return value === "ASSET_WIPED" || eventTypes.includes(value as RunlessEventType); // a guess that is checked
}

function isSeverity(value: JsonValue): value is AssetCheckSeverity {
  return value === "WARN" || value === "ERROR";
}

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
