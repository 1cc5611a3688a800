import { and, asc, eq, gt, gte, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../core/index.ts";
import { type EventRow, eventColumns } from "./event-row.ts";
import { countFitting, eventSize } from "./page-size.ts";
import { asset, event, summary } from "./schema.ts";
import { encodeKey, keysBelow } from "./sortable-text.ts";
import { scopes } from "./summaries.ts";

/** Part of a list, and what stands last in it of all that was looked at. */
export interface ListOfRows<Row, Position> {
  readonly rows: readonly Row[];
  readonly last: Position | undefined;
  readonly hasMore: boolean;
}

/** The key itself and all below it. */
export function isBelow(prefix: AssetKey) {
  const { from, to } = keysBelow(prefix);
  return or(eq(asset.key, encodeKey(prefix)), and(gte(asset.key, from), lt(asset.key, to)));
}

export interface SummaryRow {
  readonly events: number;
  readonly latest: EventRow;
}

/** The partitions of an asset after the encoded partition `from`. */
export async function readPartitions(
  database: LibSQLDatabase,
  key: AssetKey,
  limit: number,
  from: string | undefined,
): Promise<ListOfRows<SummaryRow, string>> {
  const { rows, hasMore } = await readSummaries(database, limit, {
    where: and(
      eq(asset.key, encodeKey(key)),
      eq(summary.scope, scopes.partition),
      from === undefined ? undefined : gt(summary.partition, from),
    ),
    orderBy: [asc(summary.partition)],
  });
  return { rows, last: rows.at(-1)?.latest.partition ?? from, hasMore };
}

export interface PartitionMarkRow {
  readonly partition: string;
  readonly timestamp: number;
  readonly events: number;
  readonly failing: boolean;
}

/** As `readPartitions`, from the summaries alone. */
export async function readPartitionMarks(
  database: LibSQLDatabase,
  key: AssetKey,
  limit: number,
  from: string | undefined,
): Promise<ListOfRows<PartitionMarkRow, string>> {
  const ofAsset = eq(asset.key, encodeKey(key));
  const after = from === undefined ? undefined : gt(summary.partition, from);
  const rows = await database
    .select({ partition: sql<string>`${summary.partition}`, timestamp: summary.timestamp, events: summary.events })
    .from(asset)
    .innerJoin(summary, eq(summary.assetId, asset.id))
    .where(and(ofAsset, eq(summary.scope, scopes.partition), after))
    .orderBy(asc(summary.partition))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1)?.partition;
  const failed = await database
    .selectDistinct({ partition: sql<string>`${summary.partition}` })
    .from(asset)
    .innerJoin(summary, eq(summary.assetId, asset.id))
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(
      and(
        ...[ofAsset, eq(summary.scope, scopes.checkPartition), after],
        ...[lte(summary.partition, last ?? ""), eq(event.passed, 0)],
      ),
    );
  const failing = new Set(failed.map(({ partition }) => partition));
  return {
    rows: page.map((row) => ({ ...row, failing: failing.has(row.partition) })),
    last: last ?? from,
    hasMore: rows.length > limit,
  };
}

/** An encoded check name and partition. */
export type CheckPosition = readonly [string, string | null];

/** The checks of an asset after the position `from`, null partitions first. */
export async function readChecks(
  database: LibSQLDatabase,
  key: AssetKey,
  limit: number,
  from: CheckPosition | undefined,
): Promise<ListOfRows<SummaryRow, CheckPosition>> {
  const { checkName, partition } = summary;
  // SQLite sorts blobs after text: the empty one, for no partition, comes first by itself.
  const place = sql`(${checkName}, typeof(${partition}) = 'text', ${partition})`;
  const after = from && sql`${place} > (${from[0]}, ${from[1] === null ? 0 : 1}, ${from[1] ?? sql`x''`})`;
  const { rows, hasMore } = await readSummaries(database, limit, {
    where: and(eq(asset.key, encodeKey(key)), eq(summary.scope, scopes.checkPartition), after),
    orderBy: [asc(checkName), sql`typeof(${partition}) = 'text'`, asc(partition)],
  });
  const last = rows.at(-1)?.latest;
  return { rows, last: last ? [last.checkName ?? "", last.partition] : from, hasMore };
}

interface SummaryQuery {
  readonly where: SQL | undefined;
  readonly orderBy: SQL[];
}

/** As many summaries as a page may have, of those that fit into it. */
async function readSummaries(database: LibSQLDatabase, limit: number, { where, orderBy }: SummaryQuery) {
  const sizes = await database
    .select({ size: eventSize })
    .from(asset)
    .innerJoin(summary, eq(summary.assetId, asset.id))
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(where)
    .orderBy(...orderBy)
    .limit(limit + 1);
  const most = Math.min(limit, countFitting(sizes));
  const rows = await database
    .select({ events: summary.events, latest: eventColumns })
    .from(asset)
    .innerJoin(summary, eq(summary.assetId, asset.id))
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(where)
    .orderBy(...orderBy)
    .limit(most);
  return { rows, hasMore: sizes.length > most };
}
