import { Buffer } from "node:buffer";
import { type KeptJson, keptJson } from "../../../core/events/json-text.ts";
import type { PartLimits } from "../../../core/events/scanned-input.ts";
import {
  dataVersionOf,
  type EventReport,
  InvalidEventError,
  type JsonValue,
  type Metadata,
  type RunlessEvent,
} from "../../../core/index.ts";
import { isArray, isNumberText, numberText } from "../../../core/json/json-value.ts";
import { type LimitName, type Limits, overLimit } from "../../config/limits.ts";
import { type Measure, measureJson } from "./measure-json.ts";

/**
 * Checks the events of one input against the limits. They differ in their partitions alone. Throws InvalidEventError
 * that names the limit if a part is too large. Returns the size of the events together, in bytes: names and texts in
 * UTF-8, long numbers by their digits, and one byte for every other value. So the size is never more than what was sent,
 * except for what `partitions` repeat.
 *
 * Large JSON counts with its whole text, which is more, unless `count` is "exact". Only an exact count is refused.
 */
export function checkEvents(
  reports: readonly Pick<EventReport, "event">[],
  limits: Limits,
  count: "exact" | "bound" = "bound",
): number {
  const [first] = reports;
  if (first === undefined) return 0;
  const { event } = first;
  check("asset_key", event.assetKey.length, "keyParts", limits);
  let size = check("asset_key", sum(event.assetKey, bytesOf), "keyBytes", limits);
  if (event.description !== null) size += check("description", bytesOf(event.description), "descriptionBytes", limits);
  if (event.type === "ASSET_CHECK_EVALUATION") {
    size += check("check_name", bytesOf(event.checkName), "checkNameBytes", limits);
  }
  const tagNames = Object.keys(event.tags);
  check("tags", tagNames.length, "tags", limits);
  let ofTags = 0;
  for (const name of tagNames) ofTags += bytesOf(name) + bytesOf(event.tags[name] ?? "");
  if (ofTags > limits.tagBytes) throw tagsTooLarge(event, ofTags, limits);
  size += ofTags;

  check("metadata", Object.keys(event.metadata).length, "metadataEntries", limits);
  const bound = measure(event.metadata, count === "exact");
  const isBelow = bound.bytes <= limits.metadataBytes && bound.depth <= limits.metadataDepth;
  const { bytes, depth } = isBelow ? bound : measure(event.metadata, true);
  check("metadata", depth, "metadataDepth", limits);
  size += check("metadata", bytes, "metadataBytes", limits);

  let total = 0;
  for (const { event } of reports) {
    total += size;
    if (event.partition !== null) total += check("partition", bytesOf(event.partition), "partitionBytes", limits);
  }
  return total;
}

/** The limits on the parts of an input that is scanned. `tooMany` makes the error of too many events. */
export function partLimits(limits: Limits, tooMany: (problem: string) => Error): PartLimits {
  return {
    events: limits.batchEvents,
    tags: limits.tags,
    metadata: limits.metadataEntries,
    partitions: limits.batchEvents,
    refuse(part, count) {
      if (part === "tags") check(part, count, "tags", limits);
      if (part === "metadata") check(part, count, "metadataEntries", limits);
      throw tooMany(overLimit("What is to be recorded as one", count, "batchEvents", limits));
    },
  };
}

function check(field: string, size: number, name: LimitName, limits: Limits): number {
  if (size <= limits[name]) return size;
  const what = name === "tags" ? "The event" : `The field ${field}`;
  throw new InvalidEventError(field, overLimit(what, size, name, limits));
}

/** Names data_version if it is most of the size: its sender may not know that it is stored as a tag. */
function tagsTooLarge(event: Pick<RunlessEvent, "tags">, bytes: number, limits: Limits): InvalidEventError {
  const isVersion = bytesOf(dataVersionOf(event) ?? "") > bytes / 2;
  const what = isVersion ? "The field data_version with all tags" : "The field tags";
  return new InvalidEventError(isVersion ? "data_version" : "tags", overLimit(what, bytes, "tagBytes", limits));
}

// Plain loops, because every report comes through here. They take half the time of array methods.
function measure(metadata: Metadata, isExact: boolean): Measure {
  let bytes = 0;
  let deepest = 0;
  const add = (value: JsonValue, depth: number): void => {
    if (typeof value === "string") bytes += bytesOf(value);
    else if (isNumberText(value)) bytes += value[numberText].length;
    else if (typeof value !== "object" || value === null) bytes++;
    else {
      bytes++;
      if (depth >= deepest) deepest = depth + 1;
      if (isArray(value)) for (const item of value) add(item, depth + 1);
      else {
        for (const name of Object.keys(value)) {
          bytes += bytesOf(name);
          add(value[name] ?? null, depth + 1);
        }
      }
    }
  };
  for (const name of Object.keys(metadata)) {
    bytes += bytesOf(name);
    const value = metadata[name];
    const kept = value && keptJson(value);
    if (kept === undefined) add(value?.rawValue ?? null, 0);
    else {
      const { bytes: ofText, depth } = isExact ? measureJson(kept.text) : boundOf(kept);
      bytes += ofText;
      if (depth > deepest) deepest = depth;
    }
  }
  return { bytes, depth: deepest };
}

function boundOf({ text, depth }: KeptJson): Measure {
  return depth === undefined ? measureJson(text) : { bytes: bytesOf(text), depth };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function sum<Item>(items: readonly Item[], sizeOf: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += sizeOf(item);
  return total;
}
