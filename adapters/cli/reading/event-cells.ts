import * as v from "valibot";
import { changeSentence } from "../../../core/events/freshness-change.ts";
import type { MetadataValue } from "../../../core/events/metadata-value.ts";
import {
  dataVersionOf,
  type FreshnessChange,
  formatAssetKey,
  type RecordedEvent,
  stringifyJson,
} from "../../../core/index.ts";
import { numberText } from "../../../core/json/json-value.ts";
import type { Cell } from "../table.ts";

export const eventHeaders = ["ID", "TIME", "TYPE", "ASSET", "PARTITION", "DETAILS"];

const typeNames: Readonly<Record<RecordedEvent["type"], string>> = {
  ASSET_MATERIALIZATION: "materialization",
  ASSET_OBSERVATION: "observation",
  ASSET_CHECK_EVALUATION: "check",
  ASSET_WIPED: "wiped",
  FRESHNESS_STATE_CHANGE: "freshness",
};
const widestDetails = 80;

export function eventCells(event: RecordedEvent): readonly Cell[] {
  const { id, timestamp, type, assetKey, partition } = event;
  return [String(id), time(timestamp), typeNames[type], formatAssetKey(assetKey), partition ?? "", details(event)];
}

/** A time in UTC, to the second. */
export function time(milliseconds: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

/** A time of an answer, in milliseconds since 1970 UTC, or null. */
export const moment = v.nullable(v.pipe(v.string(), v.transform(Date.parse)));

/** A time in a table: empty for none. */
export function momentCell(at: number | null): string {
  return at === null ? "" : time(at);
}

export function outcome({ passed, severity }: { readonly passed: boolean; readonly severity: string }): Cell {
  if (passed) return { text: "passed", style: "green" };
  return { text: `failed (${severity})`, style: severity === "WARN" ? "yellow" : "red" };
}

function metadataText(value: MetadataValue): string {
  const { rawValue } = value;
  if (typeof rawValue === "string") return rawValue;
  if (typeof rawValue === "number") return String(rawValue);
  if (typeof rawValue === "object" && rawValue !== null && numberText in rawValue) return String(rawValue[numberText]);
  return stringifyJson(rawValue);
}

function details(event: RecordedEvent): Cell {
  const version = dataVersionOf(event);
  const metadata = Object.entries(event.metadata).map(([name, value]) => `${name}=${metadataText(value)}`);
  const parts = [event.description ?? "", version === null ? "" : `version ${version}`, ...metadata];
  const joined = parts.filter((part) => part !== "").join("  ");
  const text = joined.length > widestDetails ? `${joined.slice(0, widestDetails - 1)}…` : joined;
  if (event.type === "FRESHNESS_STATE_CHANGE") return change(event.freshness);
  if (event.type !== "ASSET_CHECK_EVALUATION") return text;
  const result = outcome(event);
  const head = `${event.checkName} ${typeof result === "string" ? result : result.text}`;
  return { text: text === "" ? head : `${head}  ${text}`, style: typeof result === "string" ? "dim" : result.style };
}

function change(freshness: FreshnessChange): Cell {
  const style = { PASS: "green", WARN: "yellow", FAIL: "red", UNKNOWN: "dim" } as const;
  return { text: changeSentence(freshness), style: style[freshness.state] };
}
