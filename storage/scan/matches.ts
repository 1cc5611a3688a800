import { sameKey } from "../../core/asset-key.ts";
import { isReported } from "../../core/events/events.ts";
import { type AssetWiped, assetWiped, hasPrefix, type RecordedEvent } from "../../core/index.ts";
import type { EventFilter, WipeTarget } from "../event-log.ts";

/**
 * Whether an event matches all conditions of a filter.
 *
 * @example
 * const event: RecordedEvent = { ...materialization("raw/orders"), id: 1, timestamp: 0, receivedAt: 0 };
 * console.log(matchesFilter({ prefix: ["raw"] }, event), matchesFilter({ after: 1 }, event)); // true false
 */
export function matchesFilter(filter: EventFilter, event: RecordedEvent): boolean {
  const { assetKey, prefix, type, partition, checkName, since, until, after, before } = filter;
  return (
    (assetKey === undefined || sameKey(event.assetKey, assetKey)) &&
    (prefix === undefined || hasPrefix(event.assetKey, prefix)) &&
    (type === undefined || event.type === type) &&
    (partition === undefined || event.partition === partition) &&
    (checkName === undefined || (event.type === "ASSET_CHECK_EVALUATION" && event.checkName === checkName)) &&
    (since === undefined || event.timestamp >= since) &&
    (until === undefined || event.timestamp < until) &&
    (after === undefined || event.id > after) &&
    (before === undefined || event.id < before)
  );
}

/**
 * Whether a wipe of this target hides the event. Traces of wipes are never hidden, and changes of freshness only by the
 * wipe of their asset.
 *
 * @example
 * const event: RecordedEvent = { ...materialization("orders"), id: 1, timestamp: 0, receivedAt: 0 };
 * console.log(isTarget({ assetKey: ["orders"] }, event), isTarget({ eventId: 2 }, event)); // true false
 */
export function isTarget(target: WipeTarget, event: RecordedEvent): boolean {
  if (event.type === "ASSET_WIPED") return false;
  if ("eventId" in target) return isReported(event) && event.id === target.eventId;
  if (!sameKey(event.assetKey, target.assetKey)) return false;
  return target.partition === undefined || (isReported(event) && event.partition === target.partition);
}

/**
 * The event that a wipe leaves in the log as its trace. `first` is one of the events that it hides.
 *
 * @example
 * const first: RecordedEvent = { ...materialization("orders"), id: 1, timestamp: 0, receivedAt: 0 };
 * console.log(traceOf({ assetKey: ["orders"] }, first, "me").type); // ASSET_WIPED
 */
export function traceOf(target: WipeTarget, first: RecordedEvent, by: string | null): AssetWiped {
  const { assetKey } = first;
  if ("eventId" in target) return assetWiped(assetKey, first.partition, { what: "event", eventId: first.id }, by);
  if (target.partition === undefined) return assetWiped(assetKey, null, { what: "asset" }, by);
  return assetWiped(assetKey, target.partition, { what: "partition" }, by);
}
