import type { FreshnessPolicy } from "../../../core/freshness/index.ts";
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
    since: timeOf(alert.since),
    resolved_at: timeOf(alert.resolvedAt),
    event_id: alert.eventId,
    reason: alert.reason,
    muted_until: timeOf(alert.mutedUntil),
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
    since: timeOf(subject.since),
    deadline: timeOf(subject.deadline),
    last_at: timeOf(subject.lastAt),
    next_change_at: timeOf(subject.nextAt),
    defined_at: timeOf(subject.definedAt),
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
    since: timeOf(freshness.since),
    policy: policy ?? null,
    deadline: timeOf(freshness.deadline),
    last_at: timeOf(freshness.lastAt),
    next_change_at: timeOf(freshness.nextAt),
    partitions: freshness.partitions,
  });
}

export function formatMute({ name, until, by }: Mute): string {
  const named = name.assetKey === undefined ? { prefix: name.prefix } : { asset_key: name.assetKey };
  return JSON.stringify({ ...named, until: timeOf(until), by });
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
