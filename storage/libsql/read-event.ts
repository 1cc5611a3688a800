import { and, desc, eq, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { type EventRow, eventColumns } from "./event-row.ts";
import { asset, event } from "./schema.ts";
import { isVisible } from "./wiped-partition.ts";

/** One event; undefined where there is none with this id, or it was wiped. */
export async function readEvent(database: LibSQLDatabase, id: number): Promise<EventRow | undefined> {
  const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
  return await rows.where(and(eq(event.id, id), sql.raw(isVisible("event")))).get();
}

/** Those of the events with these ids that there are, in no order that matters. */
export async function readEvents(database: LibSQLDatabase, ids: readonly number[]): Promise<readonly EventRow[]> {
  const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
  const isAsked = sql`${event.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return await rows.where(and(isAsked, sql.raw(isVisible("event"))));
}

/** The id of the newest event, 0 where there is none. */
export async function readNewestId(database: LibSQLDatabase): Promise<number> {
  const newest = await database.select({ id: event.id }).from(event).orderBy(desc(event.id)).limit(1).get();
  return newest?.id ?? 0;
}
