import type { Row } from "@libsql/client";
import type { AssetCheckSeverity } from "../../../core/index.ts";
import type { AlertLabels } from "../../watching/watch-plan.ts";
import type { Alert, AlertKind, AlertReason } from "../../watching/watch-store.ts";
import { decodeKey, decodeNullable, decodeText } from "../write/sortable-text.ts";
import { numberOf } from "./watched-rows.ts";

/** The columns of an alert besides its id, as `alertOf` reads them, of the table of alerts or of what they became. ?1 is now. */
export const alertColumns = (table: "alert" | "alert_change") => `
  ${table}.kind, ${table}.name, nullif(${table}.partition, x'') AS partition, ${table}.check_name, ${table}.severity,
  ${table}.since, ${table}.resolved_at, ${table}.reason, ${table}.event_id, ${table}.tell_at, ${table}.labels,
  (SELECT max(mute.until) FROM mute WHERE mute.until > ?1 AND (
    mute.name = ${table}.name
    OR mute.kind = 1 AND ${table}.name >= mute.name
      AND substr(${table}.name, 1, length(mute.name) + 1) = mute.name || char(1)
  )) AS muted_until`;

export function alertOf(row: Row): Alert {
  const checkName = String(row.check_name);
  const labels = JSON.parse(String(row.labels)) as AlertLabels; // as write-plan.ts wrote it, and the others too
  return {
    id: Number(row.id),
    kind: row.kind as AlertKind,
    status: row.resolved_at === null ? "firing" : "resolved",
    severity: row.severity as AssetCheckSeverity,
    assetKey: decodeKey(String(row.name)),
    partition: decodeNullable(row.partition),
    checkName: row.kind === "check" ? decodeText(checkName) : null,
    since: Number(row.since),
    resolvedAt: numberOf(row.resolved_at),
    eventId: numberOf(row.event_id),
    reason: row.reason as AlertReason,
    mutedUntil: numberOf(row.muted_until),
    tellAt: numberOf(row.tell_at),
    ...labels,
  };
}
