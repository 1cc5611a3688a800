import { kinds } from "./event-row.ts";

// A wipe of a partition adds one row to wiped_partition, in the transaction that corrects the summaries. The hidden
// events need no other change, however many they are. purge.ts deletes them in small steps, and the row in the end.

/** Whether a wipe of its partition has hidden an event. Events that are reported after the wipe have greater ids. */
function isHidden(event: string): string {
  return `EXISTS (
    SELECT 1 FROM wiped_partition WHERE wiped_partition.asset_id = ${event}.asset_id
      AND wiped_partition.partition = ifnull(${event}.partition, x'') AND wiped_partition.up_to_id >= ${event}.id
      AND ${isReported(event)}
  )`;
}

/**
 * The opposite of `isHidden`. Nearly always no partition is wiped; SQLite asks for that once a statement, not for each
 * row.
 */
export function isVisible(event: string): string {
  return `((SELECT 1 FROM wiped_partition LIMIT 1) IS NULL OR NOT ${isHidden(event)})`;
}

/** Whether an idempotency key still stands for its event. It is hidden with the event, and deleted with it later. */
export const isVisibleKey = `(
  (SELECT 1 FROM wiped_partition LIMIT 1) IS NULL
  OR NOT EXISTS (SELECT 1 FROM event WHERE event.id = idempotency.event_id AND ${isHidden("event")})
)`;

/** False for the trace of a wipe and for a change of freshness, which no wipe of a partition or an event hides. */
export function isReported(event: string): string {
  return `${event}.kind <= ${kinds.ASSET_CHECK_EVALUATION}`;
}
