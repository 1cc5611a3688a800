import type { FreshnessPolicy } from "../../../core/freshness/index.ts";
import { isoTime } from "../../../core/time.ts";
import type { Alert, AssetFreshness, Mute, Subject } from "../../../storage/index.ts";

/** An alert as JSON of the API. */
export function formatAlert(alert: Alert): string {
  return JSON.stringify({
    id: alert.id,
    kind: alert.kind,
    status: alert.status,
    severity: alert.severity,
    asset_key: alert.assetKey,
    partition: alert.partition,
    check_name: alert.checkName,
    since: isoTime(alert.since),
    resolved_at: isoTime(alert.resolvedAt),
    event_id: alert.eventId,
    reason: alert.reason,
    muted_until: isoTime(alert.mutedUntil),
    owners: alert.owners,
    group: alert.group,
    tags: alert.tags,
  });
}

/** The freshness of an asset or of a partition, as an item of a list. */
export function formatSubject(subject: Subject): string {
  return JSON.stringify({
    asset_key: subject.assetKey,
    partition: subject.partition,
    state: subject.state,
    since: isoTime(subject.since),
    deadline: isoTime(subject.deadline),
    last_at: isoTime(subject.lastAt),
    next_change_at: isoTime(subject.nextAt),
    defined_at: isoTime(subject.definedAt),
  });
}

/** The freshness in the record of an asset, with the policy of the definition that holds. Null if it is not watched. */
export function formatFreshness(
  freshness: AssetFreshness | undefined,
  policy: FreshnessPolicy | null | undefined,
): string {
  if (freshness === undefined) return "null";
  return JSON.stringify({
    state: freshness.state,
    since: isoTime(freshness.since),
    policy: policy ?? null,
    deadline: isoTime(freshness.deadline),
    last_at: isoTime(freshness.lastAt),
    next_change_at: isoTime(freshness.nextAt),
    partitions: freshness.partitions,
  });
}

export function formatMute({ name, until, by }: Mute): string {
  const named = name.assetKey === undefined ? { prefix: name.prefix } : { asset_key: name.assetKey };
  return JSON.stringify({ ...named, until: isoTime(until), by });
}
