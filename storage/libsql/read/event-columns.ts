import { sql } from "drizzle-orm";
import { eventSizeSql } from "../file/page-size.ts";
import { asset, event } from "../schema.ts";

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
};

export const eventSize = sql<number>`${sql.raw(eventSizeSql)}`;
