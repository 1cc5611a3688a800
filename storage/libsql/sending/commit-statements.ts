import type { InValue } from "@libsql/client";
import type { SendChanges } from "../../sending/send-store.ts";
import { jsonArrays } from "../write/json-arrays.ts";
import { encodeText } from "../write/sortable-text.ts";
import type { Statement } from "../write/write-transaction.ts";
import { encodeDelivery, encodeDeliveryChange, encodeDestination } from "./delivery-rows.ts";

// Changes are written by one batch of statements, on a file and on a remote database alike. Each statement looks at the
// fence itself, and at the beat, which the last one changes: who holds the lease no longer writes nothing, nor does a
// batch that is sent again since its answer was lost, even if it arrives after the next one.

/** The lease that a batch is for. */
export interface HeldLease {
  readonly fence: number;
  readonly beat: number;
}

/** How many deliveries one batch deletes: reports wait for it on a file. */
export const deletedAtOnce = 500;

/** The changes as one batch, which notes the id if it is carried out. */
export function commitBatch({ fence, beat }: HeldLease, id: string, changes: SendChanges): readonly Statement[] {
  const { forgotten = [], destinations = [], queued = [], changed = [], answered = [] } = changes;
  const lease: InValue[] = [fence, beat];
  const each = (sql: string, rows: readonly unknown[]): readonly Statement[] =>
    jsonArrays(rows).map((array) => ({ sql, args: [array, ...lease] }));
  const forgottenNames = forgotten.map(encodeText);
  return [
    ...each(forgetDestinations, forgottenNames),
    ...each(forgetDeliveries, forgottenNames),
    ...each(putDestinations, destinations.map(encodeDestination)),
    ...each(queueDeliveries, firstOf(queued.map(encodeDelivery))),
    ...each(changeDeliveries, lastOf(changed.map(encodeDeliveryChange))),
    ...each(removeRequests, answered),
    { sql: noteCommit, args: [id, ...lease] },
    selectSender,
  ];
}

/** Deletes some deliveries of destinations that are forgotten. */
export function forgetBatch({ fence, beat }: HeldLease, names: readonly string[]): readonly Statement[] {
  const args: InValue[] = [JSON.stringify(names.map(encodeText)), fence, beat];
  return [{ sql: forgetSomeDeliveries, args }, selectSender];
}

/** Deletes some deliveries that ended before a time. */
export function expireBatch({ fence, beat }: HeldLease, before: number): readonly Statement[] {
  return [{ sql: expireDeliveries, args: [before, fence, beat] }, selectSender];
}

/** Deletes some deliveries of events that arrived before a time. */
export function expireArrivedBatch({ fence, beat }: HeldLease, before: number): readonly Statement[] {
  return [{ sql: expireArrived, args: [before, fence, beat] }, selectSender];
}

/** The first row of each message id, in their order. */
function firstOf<Row extends readonly unknown[]>(rows: readonly Row[]): readonly Row[] {
  const seen = new Set<unknown>();
  return rows.filter(([id]) => !seen.has(id) && seen.add(id));
}

/** The last row of each id. A statement would take any of them. */
function lastOf<Row extends readonly unknown[]>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row[0], row])).values()];
}

const isHeld = `
  (SELECT sender.holder IS NOT NULL AND sender.fence = ?2 AND sender.beat = ?3 FROM sender)`;

const forgetDestinations = `
  DELETE FROM destination WHERE destination.name IN (SELECT value FROM json_each(?1)) AND ${isHeld}`;
const forgetDeliveries = `
  DELETE FROM delivery WHERE delivery.destination IN (SELECT value FROM json_each(?1)) AND ${isHeld}`;
const forgetSomeDeliveries = `
  DELETE FROM delivery WHERE ${isHeld} AND delivery.id IN (
    SELECT one.id FROM delivery AS one WHERE one.destination IN (SELECT value FROM json_each(?1)) LIMIT ${deletedAtOnce}
  )`;
const expireDeliveries = `
  DELETE FROM delivery WHERE ${isHeld} AND delivery.id IN (
    SELECT one.id FROM delivery AS one WHERE one.ended_at < ?1 ORDER BY one.ended_at LIMIT ${deletedAtOnce}
  )`;
const expireArrived = `
  DELETE FROM delivery WHERE ${isHeld} AND delivery.id IN (
    SELECT one.id FROM delivery AS one
    WHERE one.ended_at < ?1 AND one.status = 'delivered' AND one.event_id IS NOT NULL
    ORDER BY one.ended_at LIMIT ${deletedAtOnce}
  )`;

const putDestinations = `
  INSERT INTO destination (
    name, type, event_cursor, alert_cursor, status, reason, failures, retry_at, group_at, grouped_at, pruned, left_at,
    changed_at
  )
  SELECT row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5,
    row.value ->> 6, row.value ->> 7, row.value ->> 8, row.value ->> 9, row.value ->> 10, row.value ->> 11,
    row.value ->> 12
  FROM json_each(?1) AS row WHERE ${isHeld}
  ON CONFLICT (name) DO UPDATE SET
    type = excluded.type, event_cursor = excluded.event_cursor, alert_cursor = excluded.alert_cursor,
    status = excluded.status, reason = excluded.reason, failures = excluded.failures, retry_at = excluded.retry_at,
    group_at = excluded.group_at, grouped_at = excluded.grouped_at, pruned = excluded.pruned,
    left_at = excluded.left_at, changed_at = excluded.changed_at`;

// Looked up, and not left to ON CONFLICT DO NOTHING, which would use up an id for each that is left out.
const queueDeliveries = `
  INSERT INTO delivery (
    message_id, destination, type, subject, event_id, alert_change_id, content, status, attempts, next_at, created_at,
    ended_at, answer
  )
  SELECT row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5,
    row.value ->> 6, row.value ->> 7, row.value ->> 8, row.value ->> 9, row.value ->> 10, row.value ->> 11,
    row.value ->> 12
  FROM json_each(?1) AS row
  WHERE ${isHeld} AND NOT EXISTS (SELECT 1 FROM delivery AS one WHERE one.message_id = row.value ->> 0)
  ORDER BY row.key`;

const changeDeliveries = `
  UPDATE delivery SET status = row.value ->> 1, attempts = row.value ->> 2, next_at = row.value ->> 3,
    ended_at = row.value ->> 4, answer = row.value ->> 5
  FROM json_each(?1) AS row WHERE delivery.id = row.value ->> 0 AND ${isHeld}`;

const removeRequests = `
  DELETE FROM send_request WHERE send_request.id IN (SELECT value FROM json_each(?1)) AND ${isHeld}`;

const noteCommit = `UPDATE sender SET beat = sender.beat + 1, commit_id = ?1 WHERE ${isHeld}`;
const selectSender = { sql: "SELECT holder, fence, beat, commit_id FROM sender" };
