import { type AssetKey, hasPrefix } from "../asset-key.ts";
import type { AssetCheckSeverity } from "../events/event-fields.ts";
import type { RecordedEventType } from "../events/events.ts";
import type { AlertTrigger, Destination, DestinationFilter } from "./destination.ts";

/** What a definition says of an asset, as far as filters go. */
export interface Labels {
  readonly owners: readonly string[];
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export const noLabels: Labels = { owners: [], group: null, tags: {} };

/** What an alert is judged by. Its labels are those that it opened with. */
export interface JudgedAlert extends Labels {
  /** `failure` is a materialization that failed. */
  readonly kind: "freshness" | "check" | "failure";
  readonly severity: AssetCheckSeverity;
  readonly assetKey: AssetKey;
}

/** Whether a destination is told of an event. `labels` are those of the asset's definition. */
export function takesEvent(
  { events, where }: Pick<Destination, "events" | "where">,
  event: { readonly type: RecordedEventType; readonly assetKey: AssetKey },
  labels: Labels,
): boolean {
  return events.includes(event.type) && holds(where, event.assetKey, labels);
}

/**
 * Whether a destination is told that an alert fires, or was resolved.
 *
 * `resolved` goes to whoever got `firing`. An alert does not say which severities it had before, so this is true of each
 * destination that may have got it; the deliveries tell whether it did: `firingIdTexts`.
 */
export function takesAlert(
  { alerts, where }: Pick<Destination, "alerts" | "where">,
  alert: JudgedAlert,
  to: "firing" | "resolved",
): boolean {
  const asked = to === "firing" ? [triggerOf(alert.kind, alert.severity)] : triggersOf(alert.kind);
  return asked.some((trigger) => alerts.includes(trigger)) && holds(where, alert.assetKey, alert);
}

/** What an alert must be asked for as. */
export function triggerOf(kind: JudgedAlert["kind"], severity: AssetCheckSeverity): AlertTrigger {
  if (kind === "freshness") return severity === "ERROR" ? "fail" : "warn";
  if (kind === "check") return severity === "ERROR" ? "check_failed" : "check_warned";
  return "failed";
}

function triggersOf(kind: JudgedAlert["kind"]): readonly AlertTrigger[] {
  return [triggerOf(kind, "WARN"), triggerOf(kind, "ERROR")];
}

function holds({ assetKey, prefix, owners, group, tags }: DestinationFilter, key: AssetKey, labels: Labels): boolean {
  if (assetKey !== undefined && !(assetKey.length === key.length && hasPrefix(key, assetKey))) return false;
  if (prefix !== undefined && !hasPrefix(key, prefix)) return false;
  if (owners !== undefined && !owners.some((owner) => labels.owners.includes(owner))) return false;
  if (group !== undefined && group !== labels.group) return false;
  return Object.entries(tags ?? {}).every(([name, value]) => {
    return Object.hasOwn(labels.tags, name) && labels.tags[name] === value;
  });
}
