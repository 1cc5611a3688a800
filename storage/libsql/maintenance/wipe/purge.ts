import type { Client, Row } from "@libsql/client";
import { countFitting } from "../../read/page-size.ts";
import { kinds } from "../../write/event-row.ts";
import { deleteEventRows } from "../../write/insert-statements.ts";
import { isReported } from "../../write/wiped-partition.ts";
import { type Statement, type Writer, writeTransaction } from "../../write/write-transaction.ts";

/** Between two steps that delete, in milliseconds. Reports wait during a step, and go first between two. */
export const pauseBetweenDeletions = 20;

/**
 * The most rows of a table that one step deletes, and no more events than a page may hold, since reports wait for it:
 * 20 ms at the longest.
 */
export const rowsPerStep = 1500;
/** How many events of an asset one step examines to find those of a partition. */
const eventsPerStep = 20_000;

/**
 * How many steps are found at once, and deleted by one call, with pauses between them on the thread that writes: each
 * call costs the thread that acknowledges half a millisecond, and a wipe of 600,000 events takes 400 steps.
 */
const stepsAtOnce = 8;

/** Some of the events that wipes have hidden. Plain data, so that it can cross threads. */
export interface Hidden {
  readonly assetId: number;
  /** A JSON array: one text crosses threads for a tenth of what a list costs. */
  readonly eventIds: string;
  /** The partition of the events, and the id up to which they are all of it. Undefined if the whole asset is wiped. */
  readonly wipedPartition: { readonly partition: string | null; readonly upToId: number } | undefined;
}

/**
 * Finds events that wipes have hidden, for some steps. They go in this order, and none after one that failed. Empty if all
 * is deleted.
 */
export async function findHidden(client: Client): Promise<readonly Hidden[]> {
  const [asset] = (await client.execute(selectWipedAsset)).rows;
  if (asset !== undefined) return findOfAsset(client, Number(asset.asset_id));
  const [wiped] = (await client.execute(selectWipedPartition)).rows;
  return wiped === undefined ? [] : findOfPartition(client, wiped);
}

async function findOfAsset(client: Client, assetId: number): Promise<readonly Hidden[]> {
  const steps: Hidden[] = [];
  for (let after = 0; steps.length < stepsAtOnce; ) {
    const { rows } = await client.execute({ sql: selectOfAsset, args: [assetId, after] });
    const eventIds = idsOf(rows);
    if (eventIds.length === 0 && steps.length > 0) break;
    // One without events too: the other tables may still have rows of the asset.
    steps.push({ assetId, eventIds: JSON.stringify(eventIds), wipedPartition: undefined });
    if (rows.length < rowsPerStep && eventIds.length === rows.length) break;
    after = eventIds.at(-1) ?? after;
  }
  return steps;
}

async function findOfPartition(client: Client, wiped: Row): Promise<readonly Hidden[]> {
  const assetId = Number(wiped.asset_id);
  const partition = wiped.partition === null ? null : String(wiped.partition);
  const last = Number(wiped.up_to_id);
  const steps: Hidden[] = [];
  for (let after = Number(wiped.deleted_to_id); steps.length < stepsAtOnce; ) {
    const [edge] = (await client.execute({ sql: selectEdge, args: [assetId, after, last] })).rows;
    const upToId = Number(edge?.id ?? last);
    const { rows } = await client.execute({ sql: selectOfPartition, args: [assetId, after, upToId, partition] });
    const eventIds = idsOf(rows);
    const areAll = eventIds.length === rows.length && rows.length < rowsPerStep;
    const wipedPartition = { partition, upToId: areAll ? upToId : (eventIds.at(-1) ?? upToId) };
    steps.push({ assetId, eventIds: JSON.stringify(eventIds), wipedPartition });
    if (wipedPartition.upToId >= last) break;
    after = wipedPartition.upToId;
  }
  return steps;
}

/** Deletes what one step found, in one short transaction. Another server that found the same does no harm. */
export async function deleteHidden(client: Client, writer: Writer, hidden: Hidden): Promise<void> {
  const { assetId, eventIds, wipedPartition } = hidden;
  const statements =
    wipedPartition === undefined
      ? [deleteRows(eventIds), ...ofWipedAsset.map((sql) => ({ sql, args: [assetId] }))]
      : [
          ...deleteEvents(assetId, eventIds),
          { sql: noteDeleted, args: [assetId, wipedPartition.partition, wipedPartition.upToId] },
          { sql: forgetPartition, args: [assetId, wipedPartition.partition] },
        ];
  // In one request if possible: reports to a remote database would wait for several.
  if (client.protocol === "file") await writeTransaction(writer, (transaction) => transaction.batch(statements));
  else await client.batch(statements, "write");
}

/**
 * Deletes events of an asset, given a JSON array of ids, with their idempotency keys. Each key is found by the primary
 * key. The summaries do not change.
 */
export function deleteEvents(assetId: number, ids: string): Statement[] {
  return [{ sql: deleteKeys, args: [assetId, ids] }, deleteRows(ids)];
}

function deleteRows(ids: string): Statement {
  return { sql: deleteEventRows, args: [ids] };
}

/** The ids of the first events whose sizes fit into a page. */
function idsOf(rows: readonly Row[]): readonly number[] {
  const sized = rows.map(({ id, size }) => ({ id: Number(id), size: Number(size) }));
  return sized.slice(0, countFitting(sized)).map(({ id }) => id);
}

const selectWipedAsset = "SELECT asset_id FROM wiped_asset LIMIT 1";
const selectOfAsset = `
  SELECT id, octet_length(details) AS size FROM event WHERE asset_id = ?1 AND id > ?2 ORDER BY id LIMIT ${rowsPerStep}`;

const selectWipedPartition = `
  SELECT asset_id, nullif(partition, x'') AS partition, deleted_to_id, up_to_id FROM wiped_partition LIMIT 1`;
const ofRange = "FROM event WHERE asset_id = ?1 AND id > ?2 AND id <= ?3 ORDER BY id";
const selectEdge = `SELECT id ${ofRange} LIMIT 1 OFFSET ${eventsPerStep - 1}`;
const selectOfPartition = `
  SELECT examined.id, octet_length(event.details) AS size FROM (SELECT id, kind, partition ${ofRange}) AS examined
  CROSS JOIN event ON event.id = examined.id
  WHERE ${isReported("examined")} AND examined.partition IS ?4 LIMIT ${rowsPerStep}`;

// An event carries its idempotency key, so that the keys of an asset need not be searched. The key may belong to
// another event by now: one that came after the wipe, or after retention deleted the key.
const given = "(SELECT value FROM json_each(?2))";
const reportedKinds = [kinds.ASSET_MATERIALIZATION, kinds.ASSET_OBSERVATION, kinds.ASSET_CHECK_EVALUATION];
const deleteKeys = `
  DELETE FROM idempotency WHERE asset_id = ?1 AND kind IN (${reportedKinds.join(", ")})
    AND key IN (SELECT idempotency_key FROM event WHERE id IN ${given}) AND event_id IN ${given}`;

const isWipedPartition = "asset_id = ?1 AND partition = ifnull(?2, x'')";
const noteDeleted = `
  UPDATE wiped_partition SET deleted_to_id = max(deleted_to_id, ?3) WHERE ${isWipedPartition}`;
// If the partition was wiped again, there is more to delete than before.
const forgetPartition = `DELETE FROM wiped_partition WHERE ${isWipedPartition} AND deleted_to_id >= up_to_id`;

/** The tables, besides event, that hold rows of an asset, each with the rest of its primary key. */
const tables = {
  idempotency: ["kind", "key"],
  summary: ["scope", "check_name", "partition"],
  wiped_partition: ["partition"],
};

/** Deletes the first rows of an asset in a table. */
function deleteFirst(table: string, key: readonly string[]): string {
  const [columns, last] = [key.join(", "), key.map((column) => `${column} DESC`).join(", ")];
  // The signs take the columns' types away: SQLite compares only untyped values along the whole primary key.
  const values = key.map((column) => `+${column}`).join(", ");
  return `
    DELETE FROM ${table} WHERE asset_id = ?1 AND (${columns}) <= (
      SELECT ${values} FROM (
        SELECT ${columns} FROM ${table} WHERE asset_id = ?1 ORDER BY ${columns} LIMIT ${rowsPerStep}
      ) ORDER BY ${last} LIMIT 1
    )`;
}

const isLeft = ["event", ...Object.keys(tables)]
  .map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE asset_id = ?1)`)
  .join(" OR ");
const ofWipedAsset = [
  ...Object.entries(tables).map(([table, key]) => deleteFirst(table, key)),
  `DELETE FROM wiped_asset WHERE asset_id = ?1 AND NOT (${isLeft})`,
];
