import { and, asc, eq, gt, gte, inArray, lt, lte, ne, or, type SQL, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../core/index.ts";
import type { AssetFilter } from "../event-log.ts";
import { matchesSearch } from "../matches-search.ts";
import { type EventRow, eventColumns } from "./event-row.ts";
import { countFitting, eventSize } from "./page-size.ts";
import { type AssetRows, readAssets } from "./read-asset.ts";
import { asset, event, summary } from "./schema.ts";
import { decodeKey, encodeKey, keysBelow } from "./sortable-text.ts";
import { scopes } from "./summaries.ts";

/** How many keys a page of assets looks at before it answers with what it has found. */
const keysPerPage = 5000;

/** Part of a list, and what stands last in it of all that was looked at. */
export interface ListOfRows<Row, Position> {
  readonly rows: readonly Row[];
  readonly last: Position | undefined;
  readonly hasMore: boolean;
}

/** Assets after the encoded key `from`. */
export async function readAssetList(
  database: LibSQLDatabase,
  { prefix, search }: AssetFilter,
  limit: number,
  from: string | undefined,
): Promise<ListOfRows<AssetRows, string>> {
  const examined = await database
    .select({ key: asset.key })
    .from(asset)
    .where(
      and(
        from === undefined ? undefined : gt(asset.key, from),
        prefix && isBelow(prefix),
        sql`EXISTS (SELECT 1 FROM ${summary} WHERE ${summary.assetId} = ${asset.id})`,
      ),
    )
    .orderBy(asc(asset.key))
    .limit(search === undefined ? limit + 1 : keysPerPage);
  const keys = examined.map(({ key }) => key);
  const found = search === undefined ? keys : keys.filter((key) => matchesSearch(decodeKey(key), search));
  const page = await assetsThatFit(database, found.slice(0, limit));
  const isCut = found.length > page.length;
  return {
    rows: await readAssets(database, page),
    last: isCut ? page.at(-1) : (keys.at(-1) ?? from),
    hasMore: isCut || keys.length === keysPerPage,
  };
}

/** Those of the first encoded keys whose latest events fit into a page. */
async function assetsThatFit(database: LibSQLDatabase, keys: readonly string[]): Promise<readonly string[]> {
  const sizes = await database
    .select({ key: asset.key, size: sql<number>`sum(${eventSize})` })
    .from(asset)
    .innerJoin(summary, eq(summary.assetId, asset.id))
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(and(inArray(asset.key, [...keys]), lte(summary.scope, scopes.check), ne(summary.scope, scopes.partition)))
    .groupBy(asset.key);
  const sizeOf = new Map(sizes.map(({ key, size }) => [key, size]));
  return keys.slice(0, countFitting(keys.map((key) => ({ size: sizeOf.get(key) ?? 0 }))));
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
