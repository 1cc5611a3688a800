import { Buffer } from "node:buffer";
import { type EventReport, InvalidEventError, type JsonValue, type Metadata } from "../../core/index.ts";
import { isArray, isNumberText, numberText } from "../../core/json-value.ts";
import type { LimitName, Limits } from "../limits.ts";
import { overLimit } from "./over-limit.ts";

/**
 * The bytes that the events of one input hold together, which differ in their partitions alone: names and texts as
 * UTF-8 has them, long numbers by their digits, and one for every other value. So it is never more than what was sent,
 * but for what `partitions` repeat. Throws InvalidEventError that names the limit where a part is too large.
 */
export function checkEvents(reports: readonly Pick<EventReport, "event">[], limits: Limits): number {
  const [first] = reports;
  if (first === undefined) return 0;
  const { event } = first;
  const check = (field: string, size: number, name: LimitName): number => {
    if (size <= limits[name]) return size;
    const what = name === "tags" ? "The event" : `The field ${field}`;
    throw new InvalidEventError(field, overLimit(what, size, name, limits));
  };

  check("asset_key", event.assetKey.length, "keyParts");
  let size = check("asset_key", sum(event.assetKey, bytesOf), "keyBytes");
  if (event.description !== null) size += check("description", bytesOf(event.description), "descriptionBytes");
  if (event.type === "ASSET_CHECK_EVALUATION") size += check("check_name", bytesOf(event.checkName), "checkNameBytes");

  check("tags", Object.keys(event.tags).length, "tags");
  const ofTag = ([name, tag]: readonly [string, string]) => bytesOf(name) + bytesOf(tag);
  size += check("tags", sum(Object.entries(event.tags), ofTag), "tagBytes");

  check("metadata", Object.keys(event.metadata).length, "metadataEntries");
  const { bytes, depth } = measure(event.metadata);
  check("metadata", depth, "metadataDepth");
  size += check("metadata", bytes, "metadataBytes");

  const ofPartition = ({ event: { partition } }: Pick<EventReport, "event">) =>
    partition === null ? 0 : check("partition", bytesOf(partition), "partitionBytes");
  return size * reports.length + sum(reports, ofPartition);
}

interface Measure {
  readonly bytes: number;
  /** Of the value that is nested deepest: 1 for a list of plain values. */
  readonly depth: number;
}

function measure(metadata: Metadata): Measure {
  let deepest = 0;
  const sizeOf = (value: JsonValue, depth: number): number => {
    if (typeof value === "string") return bytesOf(value);
    if (isNumberText(value)) return value[numberText].length;
    if (typeof value !== "object" || value === null) return 1;
    deepest = Math.max(deepest, depth + 1);
    if (isArray(value)) return 1 + sum(value, (item) => sizeOf(item, depth + 1));
    return 1 + sum(Object.entries(value), ([name, item]) => bytesOf(name) + sizeOf(item, depth + 1));
  };
  const bytes = sum(Object.entries(metadata), ([name, { rawValue }]) => bytesOf(name) + sizeOf(rawValue, 0));
  return { bytes, depth: deepest };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function sum<Item>(items: readonly Item[], sizeOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + sizeOf(item), 0);
}
