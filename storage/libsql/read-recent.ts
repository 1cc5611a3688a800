import { and, asc, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { kinds } from "./event-row.ts";
import { asset, event, summary } from "./schema.ts";
import { scopes } from "./summaries.ts";

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
  const marks = sql<string>`(SELECT json_group_array(json_array(id, kind, timestamp, passed, severity)) FROM ${newest})`;
  return listOfEach<MarkRow>(database, keys, marks);
}

/** An encoded check name and partition, with the id and the severity of the latest evaluation. */
export type FailingRow = readonly [string, string | null, number, string];

/** What fails now of each of these encoded keys. */
export async function readFailingChecks(
  database: LibSQLDatabase,
  keys: readonly string[],
  limit: number,
): Promise<readonly (readonly FailingRow[])[]> {
  const { checkName, partition, id, severity } = event;
  const failing = database
    .select({ checkName, partition, id, severity })
    .from(summary)
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(
      and(sql`${summary.assetId} = ${asset.id}`, eq(summary.scope, scopes.checkPartition), sql`${event.passed} = 0`),
    )
    // NULLs come first, as in the list of an asset's checks.
    .orderBy(asc(checkName), asc(partition))
    .limit(limit);
  const found = sql<string>`(SELECT json_group_array(json_array(check_name, partition, id, severity)) FROM ${failing})`;
  return listOfEach<FailingRow>(database, keys, found);
}

/** What a subquery about `asset` answers of each encoded key: a JSON array of such rows. */
async function listOfEach<Row>(
  database: LibSQLDatabase,
  keys: readonly string[],
  list: SQL<string>,
): Promise<readonly (readonly Row[])[]> {
  // One row for each key, since every row that crosses from the driver has its price.
  const rows = await database
    .select({ key: asset.key, list })
    .from(asset)
    .where(inArray(asset.key, [...keys]));
  const ofKey = new Map(rows.map((row) => [row.key, JSON.parse(row.list) as Row[]])); // as the caller's SQL writes it
  return keys.map((key) => ofKey.get(key) ?? []);
}

/** How many events of an asset are looked at for a check's evaluations. */
const eventsPerCheck = 2000;

export interface CheckHistoryRow {
  readonly evaluations: readonly MarkRow[];
  readonly total: number;
}

/** An encoded key and name, and an encoded partition (null for none) where it is of one alone. */
export type AskedCheck = readonly [key: string, name: string, partition?: string | null];

/** The newest evaluations of each of these checks. */
export async function readCheckHistories(
  database: LibSQLDatabase,
  checks: readonly AskedCheck[],
  limit: number,
): Promise<readonly CheckHistoryRow[]> {
  const isOfAll = sql`json_array_length(ask.value) = 2`;
  // As in read-page.ts: the innermost subquery hands out its rows in order, so SQLite stops at the limit.
  const rows = await database.all<{ readonly at: number; readonly total: number; readonly marks: string }>(sql`
    SELECT ask.key AS at, ${summary.events} AS total, (
      SELECT json_group_array(json_array(id, kind, timestamp, passed, severity)) FROM (
        SELECT ${event.id}, ${event.kind}, ${event.timestamp}, ${event.passed}, ${event.severity} FROM (
          SELECT id, kind FROM ${event} WHERE asset_id = ${asset.id} ORDER BY id DESC LIMIT ${eventsPerCheck}
        ) AS examined CROSS JOIN ${event}
        WHERE examined.kind = ${kinds.ASSET_CHECK_EVALUATION} AND ${event.id} = examined.id
          AND ${event.checkName} = ${summary.checkName} AND (${isOfAll} OR ${event.partition} IS ask.value ->> 2)
        LIMIT ${limit}
      )
    ) AS marks
    FROM json_each(${JSON.stringify(checks)}) AS ask
    JOIN ${asset} ON ${asset.key} = ask.value ->> 0
    JOIN ${summary} ON ${summary.assetId} = ${asset.id}
      AND ${summary.scope} = iif(${isOfAll}, ${scopes.check}, ${scopes.checkPartition})
      AND ${summary.checkName} = ask.value ->> 1 AND ${summary.partition} = ifnull(ask.value ->> 2, x'')`);
  const found = new Map(
    rows.map(({ at, total, marks }) => [at, { total, evaluations: JSON.parse(marks) as MarkRow[] }]),
  ); // as it was written above
  return checks.map((_, i) => found.get(i) ?? { total: 0, evaluations: [] });
}
