import { and, eq, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { asset, event } from "../../schema.ts";
import { type EventRow, isKnown } from "../../write/event-row.ts";
import { isVisible } from "../../write/wiped-partition.ts";
import { eventSizeSql } from "../page-size.ts";

/** The columns of an EventRow, of `event` joined with its `asset`. */
export const eventColumns = {
  id: event.id,
  key: asset.key,
  kind: event.kind,
  partition: event.partition,
  checkName: event.checkName,
  passed: event.passed,
  severity: event.severity,
  timestamp: event.timestamp,
  receivedAt: event.receivedAt,
  idempotencyKey: event.idempotencyKey,
  details: event.details,
  reportedBy: event.reportedBy,
};

export const eventSize = sql<number>`${sql.raw(eventSizeSql)}`;

const isRead = sql.raw(`${isKnown("event")} AND ${isVisible("event")}`);

/** One event. Undefined if no event has this id, or it was wiped. */
export async function readEvent(database: LibSQLDatabase, id: number): Promise<EventRow | undefined> {
  const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
  return await rows.where(and(eq(event.id, id), isRead)).get();
}

/** The events with these ids, in any order. Missing ones are left out. */
export async function readEvents(database: LibSQLDatabase, ids: readonly number[]): Promise<readonly EventRow[]> {
  const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
  const isAsked = sql`${event.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return await rows.where(and(isAsked, isRead));
}
