import type { AssetKey } from "../asset-key.ts";
import {
  type AssetCheckOptions,
  type CheckFields,
  checkFields,
  type EventFields,
  type EventOptions,
  eventFields,
  wrong,
} from "./event-fields.ts";
import type { FreshnessChange } from "./freshness-change.ts";
import { readMetadataValue } from "./metadata.ts";

/** An asset was (re)built. */
export interface AssetMaterialization extends EventFields {
  readonly type: "ASSET_MATERIALIZATION";
}

/** An asset was looked at. The event says what was seen. */
export interface AssetObservation extends EventFields {
  readonly type: "ASSET_OBSERVATION";
}

/** A check of an asset passed or failed. */
export interface AssetCheckEvaluation extends EventFields, CheckFields {
  readonly type: "ASSET_CHECK_EVALUATION";
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

/** The types that can be reported. */
const eventTypes: readonly RunlessEventType[] = [
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
