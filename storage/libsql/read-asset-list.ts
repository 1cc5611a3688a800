import { type AnyColumn, and, asc, desc, eq, gt, inArray, lt, lte, ne, or, type SQL, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetFilter, AssetListRequest } from "../event-log.ts";
import { lowerAscii, matchesSearch } from "../matches-search.ts";
import { kinds } from "./event-row.ts";
import { countFitting, eventSize } from "./page-size.ts";
import { type AssetRows, readAssets } from "./read-asset.ts";
import { isBelow, type ListOfRows } from "./read-lists.ts";
import { asset, event, summary } from "./schema.ts";
import { decodeKey, encodeKey } from "./sortable-text.ts";
import { scopes } from "./summaries.ts";

/** How many keys a page of assets looks at before it answers with what it has found. */
export const keysPerPage = 10_000;

/** What a list is ordered by: the greatest rank first, then by key; the rank is null in a list by key alone. */
export interface AssetPosition {
  readonly key: string;
  readonly rank: number | null;
}

type Request = Pick<AssetListRequest, "limit" | "order">;

/** Assets after the position `from`. */
export async function readAssetList(
  database: LibSQLDatabase,
  filter: AssetFilter,
  { limit, order }: Request,
  from: AssetPosition | undefined,
): Promise<ListOfRows<AssetRows, AssetPosition>> {
  const { search } = filter;
  const byKey = order === undefined || order === "key";
  const inKeys = and(from && byKey ? gt(asset.key, from.key) : undefined, filter.prefix && isBelow(filter.prefix));
  const examined = database
    .select({ id: asset.id, key: asset.key })
    .from(asset)
    .where(inKeys)
    .orderBy(asc(asset.key))
    .limit(keysPerPage)
    .as("examined");
  const { id, key } = examined;
  const rank = byKey ? sql<null>`NULL` : ranks[order](id);
  const after = from?.rank == null ? undefined : or(lt(rank, from.rank), and(eq(rank, from.rank), gt(key, from.key)));
  // By key without an ORDER BY of its own: the subquery hands out its rows in order, and so SQLite stops at the limit.
  const found = database
    .select({ key, rank: rank.as("rank") })
    .from(examined)
    .where(and(search === undefined ? undefined : mayMatch(key, search), after, ...conditions(id, filter)));
  // By its name, or SQLite would look it up once more for each row: it can't tell that the parameters are the same.
  const sorted = byKey ? found : found.orderBy(desc(sql`"rank"`), asc(key));
  // A search is matched here, so SQLite can't know when there is enough.
  const rows = await (search === undefined ? sorted.limit(limit + 1) : sorted.limit(keysPerPage));
  const matching = search === undefined ? rows : rows.filter((row) => matchesSearch(decodeKey(row.key), search));
  const most = await countFittingAssets(
    database,
    matching.slice(0, limit).map((row) => row.key),
  );
  const page = matching.slice(0, most);
  const isCut = matching.length > most;
  const list = await readAssets(
    database,
    page.map((row) => row.key),
  );
  if (isCut || !byKey) return { rows: list, last: page.at(-1) ?? from, hasMore: isCut };
  const [end] = await database
    .select({ count: sql<number>`count(*)`, key: sql<string | null>`max(${key})` })
    .from(examined);
  const last = end?.key == null ? from : { key: end.key, rank: null };
  return { rows: list, last, hasMore: end?.count === keysPerPage };
}

/**
 * True for every encoded key that `matchesSearch`, and for few others: those whose text has its parts in quotes. What
 * crosses from the driver has its price.
 */
function mayMatch(key: AnyColumn, search: string): SQL {
  const encoded = encodeKey(lowerAscii(search).split("/"));
  return sql`(instr(lower(${key}), ${encoded}) > 0 OR instr(${key}, '/') > 0 OR ${key} LIKE '[%')`;
}

/** How many of the first of these encoded keys have latest events that fit into a page. */
async function countFittingAssets(database: LibSQLDatabase, keys: readonly string[]): Promise<number> {
  const sizes = await database
    .select({ key: asset.key, size: sql<number>`sum(${eventSize})` })
    .from(asset)
    .innerJoin(summary, eq(summary.assetId, asset.id))
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(and(inArray(asset.key, [...keys]), lte(summary.scope, scopes.check), ne(summary.scope, scopes.partition)))
    .groupBy(asset.key);
  const sizeOf = new Map(sizes.map(({ key, size }) => [key, size]));
  return countFitting(keys.map((key) => ({ size: sizeOf.get(key) ?? 0 })));
}

function conditions(id: AnyColumn, { failing, quietSince, type }: AssetFilter): readonly (SQL | undefined)[] {
  const ofAsset = sql`${summary.assetId} = ${id}`;
  return [
    type === undefined
      ? sql`EXISTS (SELECT 1 FROM ${summary} WHERE ${ofAsset})`
      : sql`EXISTS (SELECT 1 FROM ${summary} WHERE ${ofAsset} AND ${summary.scope} = ${kinds[type]})`,
    failing === true
      ? sql`EXISTS (SELECT 1 FROM ${summary} JOIN ${event} ON ${event.id} = ${summary.eventId}
          WHERE ${ofAsset} AND ${summary.scope} = ${scopes.checkPartition} AND ${event.passed} = 0)`
      : undefined,
    quietSince === undefined ? undefined : lt(latestOf(id), quietSince),
  ];
}

// Before every time that there is.
const never = -9e15;

/** The timestamp of the latest materialization or observation. */
function latestOf(id: AnyColumn): SQL<number> {
  const { assetId, scope, timestamp } = summary;
  // The two scopes are neighbours, with nothing between them: one look into the index finds both.
  return sql`(SELECT ifnull(max(${timestamp}), ${never}) FROM ${summary}
    WHERE ${assetId} = ${id} AND ${scope} BETWEEN ${scopes.materializations} AND ${scopes.observations})`;
}

/** 2 where a check fails, 1 where none does more than warn, else 0. */
function stateOf(): SQL<number> {
  // By whole names: in a list of columns Drizzle leaves out the tables', and an event has an id too.
  return sql`(SELECT ifnull(max(iif(latest.severity = 'WARN', 1, 2)), 0)
    FROM ${summary} JOIN ${event} AS latest ON latest.id = summary.event_id
    WHERE summary.asset_id = examined.id AND summary.scope = ${scopes.checkPartition} AND latest.passed = 0)`;
}

function reportsOf(id: AnyColumn): SQL<number> {
  const { assetId, scope, events } = summary;
  return sql`(SELECT sum(${events}) FROM ${summary}
    WHERE ${assetId} = ${id} AND ${scope} BETWEEN ${scopes.materializations} AND ${scopes.evaluations})`;
}

const ranks = { latest: latestOf, state: stateOf, reports: reportsOf };
