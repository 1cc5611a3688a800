import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { keptJson, textValue } from "../../core/events/json-text.ts";
import { isJsonType, type JsonMetadataValue } from "../../core/events/metadata-value.ts";
import { type EventDetails, formatDetails } from "../../core/events/wire.ts";
import { type MetadataValue, type RunlessEvent, stringifyJson } from "../../core/index.ts";
import { maxEventDepth } from "../../core/json/json.ts";
import { normalJson } from "../../core/json/json-scanner.ts";
import { isArray, isJsonObject, type JsonValue } from "../../core/json/json-value.ts";
import { sharedDetails } from "./shared-details.ts";
import { wellFormedEvent } from "./well-formed-event.ts";

/**
 * What an event says, as the SHA-256 of one canonical text: two events have one fingerprint if they are recorded
 * alike. The order of the names in their tags, metadata and JSON does not matter. Stores keep it beside idempotency
 * keys, so it must never change.
 *
 * @example
 * const [a, b] = ["x", "y"].map((team) => fingerprint(materialization("orders", { tags: { team } })));
 * console.log(a === b); // false
 */
export function fingerprint(event: RunlessEvent): string {
  return hash(event, sortedDetails(event));
}

/**
 * `fingerprint` for events one after another: of those that differ in their partitions alone, details are sorted once.
 *
 * @example
 * const fingerprintOf = createFingerprint();
 * const events = ["a", "b"].map((partition) => materialization("orders", { partition }));
 * console.log(events.map(fingerprintOf).length); // 2
 */
export function createFingerprint(): typeof fingerprint {
  const detailsOf = sharedDetails((details) => {
    const text = sortedDetails(details);
    return text.length > longText ? Buffer.from(text) : text;
  });
  return (event) => hash(event, detailsOf(event));
}

/** From this length on it pays to have the bytes at hand for the next event. */
const longText = 4096;

function hash(given: RunlessEvent, details: string | Uint8Array): string {
  const event = wellFormedEvent(given);
  const { type, assetKey, partition, timestamp } = event;
  const check = event.type === "ASSET_CHECK_EVALUATION" ? [event.checkName, event.passed, event.severity] : [];
  const head = stringifyJson([type, assetKey, partition, timestamp, ...check]);
  if (typeof details === "string")
    return createHash("sha256")
      .update(head + details)
      .digest("hex");
  return createHash("sha256").update(head).update(details).digest("hex");
}

function sortedDetails({ description, tags, metadata }: EventDetails): string {
  return formatDetails({
    description,
    tags: sortNames(tags, (tag) => tag),
    metadata: sortNames(metadata, sortMetadataValue),
  });
}

function sortNames<Value>(
  object: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  const members = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, value]) => [name, change(value)]));
}

function sortMetadataValue(value: MetadataValue): MetadataValue {
  if (!isJsonMetadata(value)) return value;
  const kept = keptJson(value);
  if (kept !== undefined) return textValue(value.type, sortText(kept.text));
  return { type: value.type, rawValue: sortJson(value.rawValue) };
}

function isJsonMetadata(value: MetadataValue): value is JsonMetadataValue {
  return isJsonType(value.type);
}

/** As `sortJson`, for JSON that is text. */
function sortText(text: string): string {
  return normalJson(text, { maxDepth: maxEventDepth, isSorted: true });
}

function sortJson(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(sortJson);
  return isJsonObject(value) ? sortNames(value, sortJson) : value;
}
