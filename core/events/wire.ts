import type { AssetKey } from "../asset-key.ts";
import { describe } from "../describe.ts";
import { maxEventDepth, parseJson } from "../json/json.ts";
import { isArray, isJsonObject, isStringMap, type JsonObject, type JsonValue, setMember } from "../json/json-value.ts";
import { isoTime } from "../time.ts";
import { type AssetCheckSeverity, dataVersionOf } from "./event-fields.ts";
import {
  type FreshnessStateChange,
  type RecordedEvent,
  type RecordedEventType,
  type ReportableEvent,
  type RunlessEvent,
  recordedTypes,
} from "./events.ts";
import {
  type FreshnessChange,
  type FreshnessReason,
  type FreshnessState,
  freshnessStates,
} from "./freshness-change.ts";
import { keptJson, rawText } from "./json-text.ts";
import { inferMetadataValue, isTyped, readMetadataValue } from "./metadata.ts";
import type { Metadata, MetadataValue } from "./metadata-value.ts";

/** The name of the property that holds the details of an event from a store as text: see kept-details.ts. */
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
  const details = event[keptDetails]?.formatted ?? formatAnswerDetails(event);
  return `${JSON.stringify(headOf(event)).slice(0, -1)},${details}}`;
}

/** The members of an answer that come from the details. */
export function formatAnswerDetails(details: EventDetails): string {
  const { description, tags, metadata } = details;
  const rest = { description, data_version: dataVersionOf(details), tags };
  return `${JSON.stringify(rest).slice(1, -1)},"metadata":${formatMetadata(metadata)}`;
}

/**
 * An event that is not recorded yet, as the JSON text that `POST /api/v1/events` takes. Metadata say their types. Null
 * members are left out, so that a repetition under an idempotency key has the same content.
 */
export function formatNewEvent(event: ReportableEvent, idempotencyKey: string | undefined): string {
  const head = headOf(event);
  const isRecorded = head.id !== undefined && head.received_at !== undefined;
  const members = {
    ...head,
    id: isRecorded ? head.id : undefined,
    partition: head.partition ?? undefined,
    timestamp: head.timestamp ?? undefined,
    received_at: isRecorded ? head.received_at : undefined,
    description: event.description ?? undefined,
    tags: event.tags,
    idempotency_key: idempotencyKey,
  };
  return `${JSON.stringify(members).slice(0, -1)},"metadata":${formatMetadata(event.metadata)}}`;
}

/** All members but the details. JSON.stringify leaves out those that are undefined. */
function headOf(event: RecordedEvent | ReportableEvent) {
  const check = event.type === "ASSET_CHECK_EVALUATION" ? event : undefined;
  return {
    id: event.id,
    type: event.type,
    asset_key: event.assetKey,
    partition: event.partition,
    timestamp: isoTime(event.timestamp),
    received_at: event.receivedAt === undefined ? undefined : isoTime(event.receivedAt),
    check_name: check?.checkName,
    passed: check?.passed,
    severity: check?.severity,
    freshness: event.type === "FRESHNESS_STATE_CHANGE" ? wireChange(event.freshness) : undefined,
  };
}

function wireChange({ state, previousState, reason, deadline, lastAt }: FreshnessChange): JsonObject {
  return { state, previous_state: previousState, reason, deadline: isoTime(deadline), last_at: isoTime(lastAt) };
}

/**
 * The event that `formatEvent` wrote. Throws if the text is another.
 *
 * @example
 * const text = formatEvent({ ...materialization("warehouse/orders"), id: 1, timestamp: 0, receivedAt: 0 });
 * console.log(parseEvent(text).assetKey); // [ 'warehouse', 'orders' ]
 */
export function parseEvent(text: string): RecordedEvent {
  return readEvent(parseJson(text, { maxDepth: maxEventDepth }));
}

/** As `parseEvent`, for an event inside JSON that `parseJson` has read. */
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
  if (type === "FRESHNESS_STATE_CHANGE") return { type, ...common, freshness: readChange(wire) };
  if (type !== "ASSET_CHECK_EVALUATION") return { type, ...common };
  return {
    type,
    ...common,
    checkName: field(wire, "check_name", isText),
    passed: field(wire, "passed", isBoolean),
    severity: field(wire, "severity", isSeverity),
  };
}

function readChange(wire: JsonObject): FreshnessChange {
  const change = field(wire, "freshness", isJsonObject);
  const time = (name: string) => {
    const text = field(change, name, orNull(isTime));
    return text === null ? null : Date.parse(text);
  };
  return {
    state: field(change, "state", isState),
    previousState: field(change, "previous_state", isState),
    reason: field(change, "reason", isText) as FreshnessReason, // a newer version may know more of them
    deadline: time("deadline"),
    lastAt: time("last_at"),
  };
}

/** Details on the wire. Each of them may be left out. */
export function readDetails(wire: JsonObject): EventDetails {
  return {
    description: field(wire, "description", orNull(isText)),
    tags: field(wire, "tags", orNull(isStringMap)) ?? {},
    metadata: readMetadata(field(wire, "metadata", orNull(isJsonObject)) ?? {}),
  };
}

export type EventDetails = Pick<RunlessEvent, "description" | "tags" | "metadata">;

/** The parts of an event that no query filters by, as the JSON text that a store keeps. Empty parts are left out. */
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

/** The details of a FRESHNESS_STATE_CHANGE as a store keeps them: `formatDetails`, with the change before them. */
export function formatChange(event: FreshnessStateChange): string {
  const rest = formatDetails(event);
  return `{"freshness":${JSON.stringify(wireChange(event.freshness))}${rest === "{}" ? "" : ","}${rest.slice(1)}`;
}

/** What `formatChange` wrote. */
export function parseChange(text: string): Pick<FreshnessStateChange, "freshness"> & EventDetails {
  const wire = parseJson(text, { maxDepth: maxEventDepth }) as JsonObject; // as formatChange wrote it
  return { freshness: readChange(wire), ...readDetails(wire) };
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/**
 * Metadata that JSON.stringify writes as `formatMetadata` would, in a third of the time. Null if it can't write one of
 * the values so.
 */
function plainMetadata(metadata: Metadata): Readonly<Record<string, unknown>> | null {
  const plain: { [name: string]: unknown } = {};
  for (const name of Object.keys(metadata)) {
    const value = metadata[name] as MetadataValue; // one of its own names
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

// Plain code, not schemas: those would add a sixth to the size of the core in a browser.
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
  return recordedTypes.includes(value as RecordedEventType); // a guess that is checked
}

function isState(value: JsonValue): value is FreshnessState {
  return freshnessStates.includes(value as FreshnessState); // a guess that is checked
}

function isSeverity(value: JsonValue): value is AssetCheckSeverity {
  return value === "WARN" || value === "ERROR";
}

/** Metadata on the wire: `{"type", "raw_value"}` has that type, any other value gets the type that Dagster gives it. */
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
