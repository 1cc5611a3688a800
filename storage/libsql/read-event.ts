import { desc, eq, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { type EventRow, eventColumns } from "./event-row.ts";
import { asset, event } from "./schema.ts";

/** One event; undefined where there is none with this id, or it was wiped. */
export async function readEvent(database: LibSQLDatabase, id: number): Promise<EventRow | undefined> {
  const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
  return await rows.where(eq(event.id, id)).get();
}

/** Those of the events with these ids that there are, in no order that matters. */
export async function readEvents(database: LibSQLDatabase, ids: readonly number[]): Promise<readonly EventRow[]> {
  const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
  return await rows.where(sql`${event.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
}

/** The id of the newest event, 0 where there is none. */
export async function readNewestId(database: LibSQLDatabase): Promise<number> {
  const newest = await database.select({ id: event.id }).from(event).orderBy(desc(event.id)).limit(1).get();
  return newest?.id ?? 0;
}
