import { and, desc, inArray, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { kinds } from "./event-row.ts";
import { asset, event } from "./schema.ts";

/** An event's id, kind, timestamp, passed and severity. */
export type MarkRow = readonly [number, number, number, number | null, string | null];

/** The newest events of each of these encoded keys, newest first. */
export async function readRecent(
  database: LibSQLDatabase,
  keys: readonly string[],
  limit: number,
): Promise<readonly (readonly MarkRow[])[]> {
  const { id, kind, timestamp, passed, severity } = event;
  const newest = database
    .select({ id, kind, timestamp, passed, severity })
    .from(event)
    .where(and(sql`${event.assetId} = ${asset.id}`, sql`${kind} <> ${kinds.ASSET_WIPED}`))
    .orderBy(desc(id))
    .limit(limit);
  // One row for each key, since every row that crosses from the driver has its price.
  const marks = sql<string>`(SELECT json_group_array(json_array(id, kind, timestamp, passed, severity)) FROM ${newest})`;
  const rows = await database
    .select({ key: asset.key, marks })
    .from(asset)
    .where(inArray(asset.key, [...keys]));
  const marksOf = new Map(rows.map((row) => [row.key, JSON.parse(row.marks) as MarkRow[]])); // as it was written above
  return keys.map((key) => marksOf.get(key) ?? []);
}
