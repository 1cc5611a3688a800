import { dataVersionOf } from "../../events/event-fields.ts";
import type { AssetCheckEvaluation, RecordedEvent } from "../../events/events.ts";
import { rawText } from "../../events/json-text.ts";
import type { MetadataValue } from "../../events/metadata-value.ts";
import { numberText } from "../../json/json-value.ts";
import { isoTime } from "../../time.ts";

/** A request that reports an event to Dagster: a POST of JSON. */
export interface DagsterReport {
  /** Below the URL of the destination. */
  readonly path: string;
  readonly body: string;
}

/** The name of the metadata that says which event of which log this is. */
export const eventMark = "runless/event";

/** Metadata of ours, under names that a reporter may have taken already. */
const ownNames: ReadonlySet<string> = new Set([
  eventMark,
  "runless/timestamp",
  "runless/tags",
  "runless/types",
  "runless/partition",
]);
const original = "runless/original/";

/** The types that Dagster gives a plain value itself. */
const plainTypes: ReadonlySet<string> = new Set(["text", "int", "float", "bool", "null", "json"]);

/**
 * Whether Dagster is told of an event. A wipe would take what Dagster's own runs recorded, and a change of freshness has no
 * way in. What came from this log is not sent round in circles.
 */
export function isForwarded(event: RecordedEvent, logId: string): boolean {
  if (event.type === "ASSET_WIPED" || event.type === "FRESHNESS_STATE_CHANGE") return false;
  const mark = event.metadata[eventMark];
  return !(mark?.type === "text" && mark.rawValue.startsWith(`${logId}/`));
}

/**
 * The request for an event. Keys are in the body, as an array: in a path a slash in a part would split it. `isReduced` is
 * for a check of a partition that Dagster refuses: the partition is told as metadata.
 *
 * No way in keeps an event's own time, tags or types of metadata, so they are metadata too. A check with a description goes
 * by GraphQL, since the REST endpoint drops that.
 */
export function dagsterReport(event: RecordedEvent, logId: string, isReduced = false): DagsterReport {
  const metadata = metadataText(event, logId, isReduced);
  const partition = isReduced ? null : event.partition;
  if (event.type !== "ASSET_CHECK_EVALUATION") {
    const name = event.type === "ASSET_OBSERVATION" ? "observation" : "materialization";
    const rest = { description: event.description, data_version: dataVersionOf(event) };
    return { path: `report_asset_${name}/`, body: withMetadata({ ...headOf(event), partition, ...rest }, metadata) };
  }
  if (event.description !== null) return { path: "graphql", body: mutationOf(event, partition, metadata) };
  const { checkName, passed, severity } = event;
  const head = { ...headOf(event), partition, check_name: checkName, passed, severity };
  return { path: "report_asset_check/", body: withMetadata(head, metadata) };
}

function headOf({ assetKey }: RecordedEvent) {
  return { asset_key: assetKey };
}

/** Null members are left out: the endpoint reads them as given. */
function withMetadata(head: Readonly<Record<string, unknown>>, metadata: string): string {
  const given = Object.fromEntries(Object.entries(head).filter(([, value]) => value !== null));
  return `${JSON.stringify(given).slice(0, -1)},"metadata":${metadata}}`;
}

const mutation = `mutation Report($event: ReportAssetCheckEvaluationsParams!) {
  reportAssetCheckEvaluations(eventParams: $event) { __typename ... on PythonError { message } }
}`;

function mutationOf(event: AssetCheckEvaluation, partition: string | null, metadata: string): string {
  const { assetKey, checkName, passed, severity, description } = event;
  const params = { assetKey: { path: assetKey }, checkName, passed, severity, description };
  const partitionKeys = partition === null ? {} : { partitionKeys: [partition] };
  const variables = { event: { ...params, ...partitionKeys, serializedMetadata: metadata } };
  return JSON.stringify({ query: mutation, variables });
}

function metadataText(event: RecordedEvent, logId: string, isReduced: boolean): string {
  const types: [string, string][] = [];
  const members = new Map<string, string>();
  for (const [name, value] of Object.entries(event.metadata)) {
    const kept = ownNames.has(name) || name.startsWith(original) ? original + name : name;
    members.set(kept, plainText(value));
    if (!plainTypes.has(value.type)) types.push([kept, value.type]);
  }
  members.set(eventMark, JSON.stringify(`${logId}/${event.id}`));
  members.set("runless/timestamp", JSON.stringify(isoTime(event.timestamp)));
  const tags = tagsOf(event);
  if (tags.length > 0) members.set("runless/tags", objectText(tags));
  if (types.length > 0) members.set("runless/types", objectText(types));
  if (isReduced) members.set("runless/partition", JSON.stringify(event.partition));
  return `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

/** All tags but those of the data version, which the endpoints of materializations and observations take. */
function tagsOf({ type, tags }: RecordedEvent): readonly [string, string][] {
  const all = Object.entries(tags);
  if (type === "ASSET_CHECK_EVALUATION") return all;
  return all.filter(([name]) => !name.startsWith("dagster/data_version"));
}

/** Not by an object, which would lose the member `__proto__`. */
function objectText(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}

/** A raw value as Python reads it: its JSON has whole numbers of any size, NaN and Infinity. */
function plainText(value: MetadataValue): string {
  if (value.type === "int") {
    return typeof value.rawValue === "number" ? String(value.rawValue) : value.rawValue[numberText];
  }
  if ((value.type === "float" || value.type === "timestamp") && !Number.isFinite(value.rawValue)) {
    return String(value.rawValue);
  }
  return rawText(value);
}
