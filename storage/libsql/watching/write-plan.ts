import type { InValue } from "@libsql/client";
import { batchesOf } from "../../../core/batches.ts";
import { formatChange } from "../../../core/events/wire.ts";
import { freshnessStateChange } from "../../../core/index.ts";
import {
  type AlertChange,
  alertChangesKeptFor,
  alertsKeptFor,
  type CheckDecision,
  type SubjectDecision,
  type WatchPlan,
} from "../../watching/watch-plan.ts";
import { kinds } from "../write/event-row.ts";
import { insertAssets, insertIntoEvent, lastReceivedAt } from "../write/insert-statements.ts";
import { encodeKey, encodeNullable, encodeText } from "../write/sortable-text.ts";
import type { Statement } from "../write/write-transaction.ts";

// A plan is written in batches of statements, on a file and on a remote database alike. Each statement compares the
// fence and the beat with those of the lease, and the last statement of a batch increases the beat. So nothing is
// written for a server that has lost the lease, or for a batch that is sent again because its answer was lost. A
// transaction that reads the lease first would not do: it would hold the database's lock while a stopped process
// sleeps.

/** A plan as statements. */
export interface WrittenPlan {
  readonly fence: number;
  readonly batches: readonly (readonly Statement[])[];
}

/**
 * How many decisions one batch has. On a file a report waits for one batch at most; on a remote database each is a request.
 */
const decisionsPerBatch = { file: 8, remote: 250 } as const;

/** The batches of a plan, in order. Only the last one moves the cursor, so that a plan can be made again until then. */
export function planBatches(plan: WatchPlan, kind: "file" | "remote"): readonly (readonly Statement[])[] {
  const subjects = batchesOf(plan.subjects, decisionsPerBatch[kind]).map((subjects) => ({
    ...plan,
    subjects,
    checks: [],
  }));
  const checks = batchesOf(plan.checks, decisionsPerBatch[kind]).map((checks) => ({ ...plan, subjects: [], checks }));
  const parts = subjects.length + checks.length === 0 ? [plan] : [...subjects, ...checks];
  return parts.map((part, i) => batchOf({ ...part, beat: plan.beat + i }, i === parts.length - 1));
}

function batchOf(plan: WatchPlan, isLast: boolean): readonly Statement[] {
  const { fence, beat, at, clock, subjects, checks, progress } = plan;
  const rows = JSON.stringify(subjects.map(subjectRow));
  const held: InValue[] = [fence, beat];
  const statements: Statement[] = [];
  if (subjects.some(({ change }) => change !== null)) {
    statements.push({ sql: insertAssetsOfChanges, args: [rows, ...held] });
    statements.push({ sql: insertChanges, args: [rows, ...held, at, clock] });
  }
  if (subjects.some(({ row }) => row !== null)) statements.push({ sql: putSubjects, args: [rows, ...held] });
  if (subjects.some(({ row }) => row === null)) statements.push({ sql: removeSubjects, args: [rows, ...held] });
  const alerts = [...subjects.flatMap(subjectAlert), ...checks.map(checkAlert)];
  const add = (sql: string, becoming: readonly AlertChange["to"][]) => {
    const rows = alerts.filter(({ to }) => becoming.includes(to)).map(({ row }) => row);
    if (rows.length > 0) statements.push({ sql, args: [JSON.stringify(rows), ...held, clock] });
  };
  add(resolveAlerts, ["resolve"]);
  add(updateAlerts, ["update", "raise"]);
  add(openAlerts, ["open", "raise"]);
  const { cursor, evaluatedUntil, settleUntil, revision, sweep } = progress;
  if (!isLast) return [...statements, { sql: beatOnce, args: held }];
  statements.push({ sql: forgetAlerts, args: [clock - alertsKeptFor, ...held] });
  statements.push({ sql: forgetChanges, args: [clock - alertChangesKeptFor, ...held] });
  const place: InValue[] = [
    cursor,
    evaluatedUntil,
    settleUntil,
    revision,
    sweep === null ? null : JSON.stringify(sweep),
  ];
  return [...statements, { sql: noteProgress, args: [...held, ...place] }];
}

function subjectRow({ assetKey, partition, row, change, upTo }: SubjectDecision) {
  const details = change === null ? null : formatChange(freshnessStateChange(assetKey, partition, change));
  const state = row === null ? [1] : [0, row.state, row.since, row.lastAt, row.deadline, row.nextAt, row.definedAt];
  return [encodeKey(assetKey), encodeNullable(partition), upTo, details, ...state];
}

function subjectAlert({ assetKey, partition, alert, upTo }: SubjectDecision) {
  return alert === null
    ? []
    : [alertRow("freshness", { assetKey, partition, checkName: "", alert, eventId: null }, upTo)];
}

interface EncodedAlert {
  readonly to: AlertChange["to"];
  readonly row: readonly unknown[];
}

function checkAlert(decision: CheckDecision) {
  return alertRow("check", decision, null);
}

function alertRow(
  kind: string,
  { assetKey, partition, checkName, alert, eventId }: CheckDecision,
  upTo: number | null,
): EncodedAlert {
  const { to, reason } = alert;
  const name = [encodeKey(assetKey), encodeNullable(partition), upTo, kind, encodeText(checkName), reason];
  if (alert.to === "resolve") return { to, row: [...name, eventId] };
  const { severity, since, tellAt, labels } = alert;
  return { to, row: [...name, eventId, severity, since, tellAt, JSON.stringify(labels)] };
}

/** True if the plan is that of the holder, and was not written before. */
const isHeld = "(SELECT watcher.fence = ?2 AND watcher.beat = ?3 FROM watcher)";

/** The decisions to write, by their columns. One with `up_to` is left out if the asset has a newer event. */
const decided = (columns: string) => `
  WITH decided AS MATERIALIZED (
    SELECT row.key AS at, row.value ->> 0 AS name, row.value ->> 1 AS partition, ${columns}
    FROM json_each(?1) AS row
    WHERE ${isHeld} AND (row.value ->> 2 IS NULL OR NOT EXISTS (
      SELECT 1 FROM asset CROSS JOIN event ON event.asset_id = asset.id
      WHERE asset.key = row.value ->> 0 AND event.id > row.value ->> 2 AND event.kind <= ${kinds.ASSET_WIPED}
    ))
  )`;

const decidedChanges = () => decided("row.value ->> 3 AS details");
const insertAssetsOfChanges = insertAssets(`
  ${decidedChanges()} SELECT DISTINCT decided.name FROM decided WHERE decided.details IS NOT NULL`);
const insertChanges = insertIntoEvent(
  {
    asset_id: "asset.id",
    kind: String(kinds.FRESHNESS_STATE_CHANGE),
    partition: "decided.partition",
    timestamp: "?4",
    received_at: `max(?5, ${lastReceivedAt})`,
    details: "decided.details",
  },
  "FROM decided CROSS JOIN asset ON asset.key = decided.name WHERE decided.details IS NOT NULL ORDER BY decided.at",
  decidedChanges(),
);

const decidedStates = () =>
  decided(`
  row.value ->> 4 AS is_removed, row.value ->> 5 AS state, row.value ->> 6 AS since, row.value ->> 7 AS last_at,
  row.value ->> 8 AS deadline, row.value ->> 9 AS next_at, row.value ->> 10 AS defined_at`);
const putSubjects = `
  INSERT INTO subject (name, partition, state, since, last_at, deadline, next_at, defined_at) ${decidedStates()}
  SELECT name, ifnull(partition, x''), state, since, last_at, deadline, next_at, defined_at FROM decided
  WHERE is_removed = 0
  ON CONFLICT (name, partition) DO UPDATE SET
    state = excluded.state, since = excluded.since, last_at = excluded.last_at, deadline = excluded.deadline,
    next_at = excluded.next_at, defined_at = excluded.defined_at`;
const removeSubjects = `
  ${decidedStates()}
  DELETE FROM subject WHERE (name, partition) IN (
    SELECT decided.name, ifnull(decided.partition, x'') FROM decided WHERE decided.is_removed = 1
  )`;

const decidedAlerts = () =>
  decided(`
  row.value ->> 3 AS kind, row.value ->> 4 AS check_name, row.value ->> 5 AS reason, row.value ->> 6 AS event_id,
  row.value ->> 7 AS severity, row.value ->> 8 AS since, row.value ->> 9 AS tell_at, row.value ->> 10 AS labels`);
/** The event of a decision. That of a freshness change is the newest one of its subject. */
const eventOf = `
  iif(decided.kind = 'check', decided.event_id, (
    SELECT event.id FROM asset CROSS JOIN event ON event.asset_id = asset.id
    WHERE asset.key = decided.name AND event.kind = ${kinds.FRESHNESS_STATE_CHANGE} AND event.partition IS decided.partition
    ORDER BY event.id DESC LIMIT 1
  ))`;
const isTheirs = `
  alert.resolved_at IS NULL AND alert.name = decided.name AND alert.kind = decided.kind
    AND alert.check_name = decided.check_name AND alert.partition = ifnull(decided.partition, x'')`;
const resolveAlerts = `
  ${decidedAlerts()}
  UPDATE alert SET resolved_at = ?4, changed_at = ?4, reason = decided.reason, event_id = ifnull(${eventOf}, alert.event_id)
  FROM decided WHERE ${isTheirs}`;
const updateAlerts = `
  ${decidedAlerts()}
  UPDATE alert SET severity = decided.severity, reason = decided.reason, tell_at = decided.tell_at, event_id = ${eventOf},
    changed_at = ?4
  FROM decided WHERE ${isTheirs}`;
const openAlerts = `
  INSERT INTO alert (
    kind, name, partition, check_name, severity, since, reason, event_id, tell_at, labels, changed_at
  ) ${decidedAlerts()}
  SELECT decided.kind, decided.name, ifnull(decided.partition, x''), decided.check_name, decided.severity, decided.since,
    decided.reason, ${eventOf}, decided.tell_at, decided.labels, ?4
  FROM decided WHERE true ORDER BY decided.at
  ON CONFLICT DO NOTHING`;

// Triggers of the table note what an alert became, in the same transaction: see migrations.ts.
const forgetChanges = `
  DELETE FROM alert_change WHERE alert_change.at < ?1 AND ${isHeld}
    AND alert_change.id IN (SELECT alert_change.id FROM alert_change ORDER BY alert_change.id LIMIT 100)`;
const forgetAlerts = `DELETE FROM alert WHERE alert.resolved_at < ?1 AND ${isHeld}`;
const isHolder = "watcher.fence = ?1 AND watcher.beat = ?2";
const beatOnce = `UPDATE watcher SET beat = watcher.beat + 1 WHERE ${isHolder}`;
const noteProgress = `
  UPDATE watcher SET beat = watcher.beat + 1, cursor = ?3, evaluated_until = ?4, settle_until = ?5, revision = ?6,
    sweep = ?7
  WHERE ${isHolder}`;
