import { sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { asset } from "../../schema.ts";
import type { MarkRow } from "../../write/event-row.ts";
import { isReported, isVisible } from "../../write/wiped-partition.ts";

/**
 * How many events of an asset are read. Events that a wipe has hidden count: they are skipped until they are deleted,
 * and there may be any number of them.
 */
const eventsPerAsset = 10_000;
const newestOfAsset = sql`(
  SELECT id, asset_id, kind, partition FROM event WHERE asset_id = asset.id ORDER BY id DESC LIMIT ${eventsPerAsset}
) AS examined`;
const isListed = sql.raw(`${isReported("examined")} AND ${isVisible("examined")}`);

/** The newest reported events of each of these encoded keys, newest first. */
export async function readRecent(
  database: LibSQLDatabase,
  keys: readonly string[],
  limit: number,
): Promise<readonly (readonly MarkRow[])[]> {
  // As in read-page.ts: the innermost subquery gives its rows in order, so SQLite stops at the limit. The columns are
  // written out, since Drizzle leaves out the tables in a list of columns.
  const marks = sql<string>`(
    SELECT json_group_array(json_array(id, kind, timestamp, passed, severity)) FROM (
      SELECT event.id, event.kind, event.timestamp, event.passed, event.severity FROM ${newestOfAsset} CROSS JOIN event
      WHERE ${isListed} AND event.id = examined.id LIMIT ${limit}
    )
  )`;
  // One row for each key, since each row that crosses from the driver costs time.
  const rows = await database
    .select({ key: asset.key, marks })
    .from(asset)
    .where(sql`${asset.key} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
  const ofKey = new Map(rows.map((row) => [row.key, JSON.parse(row.marks) as MarkRow[]])); // as the statement writes it
  return keys.map((key) => ofKey.get(key) ?? []);
}
