import { and, asc, count, desc, eq, gt, gte, inArray, lt, lte, max, min, type SQL, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../../../core/index.ts";
import type { EventFilter, PageRequest } from "../../../event-log.ts";
import { asset, event } from "../../schema.ts";
import { type EventRow, isKnown, kinds } from "../../write/event-row.ts";
import { encodeKey, encodeText, keyRange } from "../../write/sortable-text.ts";
import { isVisible } from "../../write/wiped-partition.ts";
import { countFitting } from "../page-size.ts";
import { eventColumns, eventSize } from "./read-event.ts";

/** How many events a page examines at most. */
export const eventsPerPage = 5000;
/** If a prefix has at most so many assets, their events are found by the index, however many others lie between them. */
const fewAssets = 100;

export interface PageOfRows {
  readonly rows: readonly EventRow[];
  /** The id of the last event examined. Undefined if there was none. */
  readonly last: number | undefined;
  readonly hasMore: boolean;
}

/** The events after (or, newest first, before) the id `from` that match the filter. */
export async function readPage(
  database: LibSQLDatabase,
  filter: EventFilter,
  { order, limit }: Pick<PageRequest, "order" | "limit">,
  from: number | undefined,
): Promise<PageOfRows> {
  // All statements look at the events that were there now. Else one that came between them would be passed over.
  const [head] = await database.select({ id: max(event.id) }).from(event);
  const bounds = [lte(event.id, head?.id ?? 0), ...idBounds(filter, order, from)];
  const request = { filter, order, limit, bounds };
  const near = await examineEvents(database, request, {});
  if (near.isCut) return cutPage(await near.rows());
  const { examined } = near;
  const edge = order === "asc" ? max(examined.id) : min(examined.id);
  const [end] = await database.select({ count: count(), id: edge }).from(examined);
  if (end?.id == null) return { rows: [], last: undefined, hasMore: false };
  // Too many other events lie between those that match.
  const few = end.count < eventsPerPage ? undefined : await findFewAssets(database, filter, order, bounds);
  if (few !== undefined) {
    // Nothing is below the prefix. What was wiped has its asset still, which the trace of the wipe belongs to.
    if (few.ids.length === 0)
      return { rows: [], last: order === "asc" ? (head?.id ?? end.id) : end.id, hasMore: false };
    const found = await examineEvents(database, request, { edge: few.edge, assets: few.ids });
    const rows = await found.rows();
    if (found.isCut) return cutPage(rows);
    const last = order === "asc" ? head?.id : rows.at(-1)?.id;
    return { rows, last: few.edge ?? last ?? end.id, hasMore: few.edge !== undefined };
  }
  // Examined again, now up to the edge: what is purged or pruned between two statements brings events into the reach of
  // the second that the first did not see, and they would be passed over.
  const all = await examineEvents(database, request, { edge: end.id });
  const rows = await all.rows();
  return all.isCut ? cutPage(rows) : { rows, last: end.id, hasMore: end.count === eventsPerPage };
}

interface ExamineRequest extends Pick<PageRequest, "order" | "limit"> {
  readonly filter: EventFilter;
  readonly bounds: readonly (SQL | undefined)[];
}

interface ExamineRange {
  /** The id of the last event to examine. */
  readonly edge?: number | undefined;
  /** Examines events of these assets alone. */
  readonly assets?: readonly number[];
}

/** Finds what matches among the next events. `isCut` is true if more of them match than a page may have. */
async function examineEvents(
  database: LibSQLDatabase,
  { filter, order, limit, bounds }: ExamineRequest,
  { edge, assets }: ExamineRange,
) {
  const isAscending = order === "asc";
  const examined = database
    .select({ id: event.id, assetId: event.assetId, kind: event.kind, partition: event.partition })
    .from(event)
    .where(
      and(
        ...bounds,
        edge === undefined ? undefined : isAscending ? lte(event.id, edge) : gte(event.id, edge),
        filter.assetKey && eq(event.assetId, assetId(database, filter.assetKey)),
        assets && inArray(event.assetId, [...assets]),
      ),
    )
    .orderBy(isAscending ? asc(event.id) : desc(event.id))
    .limit(eventsPerPage)
    .as("examined");
  // The statements have no ORDER BY of their own: SQLite would sort all that is examined, and so it stops at the limit. The
  // subquery is a coroutine that gives its rows in order; tests/storage/libsql/read/events/read-page.test.ts checks that.
  const matches = and(
    filter.type && eq(examined.kind, kinds[filter.type]),
    filter.partition === undefined ? undefined : eq(examined.partition, encodeText(filter.partition)),
    sql.raw(`${isKnown("examined")} AND ${isVisible("examined")}`),
    eq(event.id, examined.id),
    filter.checkName === undefined ? undefined : eq(event.checkName, encodeText(filter.checkName)),
    filter.since === undefined ? undefined : gte(event.timestamp, filter.since),
    filter.until === undefined ? undefined : lt(event.timestamp, filter.until),
    eq(asset.id, event.assetId),
    filter.prefix && isBelow(filter.prefix),
  );
  const sizes = await database
    .select({ size: eventSize })
    .from(examined)
    .crossJoin(event)
    .crossJoin(asset)
    .where(matches)
    .limit(limit + 1);
  const most = Math.min(limit, countFitting(sizes));
  const rows = () =>
    database.select(eventColumns).from(examined).crossJoin(event).crossJoin(asset).where(matches).limit(most);
  return { examined, isCut: sizes.length > most, rows };
}

function cutPage(rows: readonly EventRow[]): PageOfRows {
  return { rows, last: rows.at(-1)?.id, hasMore: true };
}

interface FewAssets {
  readonly ids: readonly number[];
  /** The last id up to which a page may examine all of their events. Undefined if it may examine all. */
  readonly edge: number | undefined;
}

/** The assets below the filter's prefix, if they are few or none. */
async function findFewAssets(
  database: LibSQLDatabase,
  { assetKey, prefix }: EventFilter,
  order: "asc" | "desc",
  bounds: readonly (SQL | undefined)[],
): Promise<FewAssets | undefined> {
  if (prefix === undefined || assetKey !== undefined) return undefined;
  const most = fewAssets + 1;
  const found = await database.select({ id: asset.id }).from(asset).where(isBelow(prefix)).limit(most);
  if (found.length === 0) return { ids: [], edge: undefined };
  if (found.length === most) return undefined;
  const ids = found.map(({ id }) => id);
  // Each asset has a share of the page. If one has more events than that, the page ends where its share does.
  const share = Math.floor(eventsPerPage / ids.length);
  const ordered = order === "asc" ? asc(event.id) : desc(event.id);
  const end = sql<number | null>`(
    SELECT ${event.id} FROM ${event} WHERE ${and(sql`${event.assetId} = ask.value`, ...bounds)}
    ORDER BY ${ordered} LIMIT 1 OFFSET ${share - 1}
  )`;
  const nearest = sql.raw(order === "asc" ? "min" : "max");
  const [row] = await database.all<{ readonly edge: number | null }>(
    sql`SELECT ${nearest}(${end}) AS edge FROM json_each(${JSON.stringify(ids)}) AS ask`,
  );
  return { ids, edge: row?.edge ?? undefined };
}

function idBounds(filter: EventFilter, order: "asc" | "desc", from: number | undefined) {
  return [
    filter.after === undefined ? undefined : gt(event.id, filter.after),
    filter.before === undefined ? undefined : lt(event.id, filter.before),
    from === undefined ? undefined : order === "asc" ? gt(event.id, from) : lt(event.id, from),
  ];
}

function assetId(database: LibSQLDatabase, key: readonly string[]) {
  return database
    .select({ id: asset.id })
    .from(asset)
    .where(eq(asset.key, encodeKey(key)));
}

/** A condition for the key itself and all keys below it. */
function isBelow(prefix: AssetKey) {
  const { from, to } = keyRange(prefix);
  return and(gte(asset.key, from), lt(asset.key, to));
}
