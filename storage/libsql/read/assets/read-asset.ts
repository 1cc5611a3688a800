import type { InValue, Row } from "@libsql/client";
import { and, asc, eq, lt, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/libsql/http";
import { mostChecks } from "../../../event-log.ts";
import { asset, event, summary } from "../../schema.ts";
import type { EventRow } from "../../write/event-row.ts";
import { scopes } from "../../write/summaries.ts";
import { eventColumns } from "../events/read-event.ts";
import { bytesPerPage, countFitting, eventSizeSql } from "../page-size.ts";
import type { ReadSteps } from "../read-steps.ts";
import { assetListOf } from "./find-assets.ts";

/** What the summaries say about an asset. */
export interface AssetRows {
  readonly key: string;
  /** The latest event of each scope that is about the whole asset, and how many events it has. */
  readonly summaries: readonly { readonly scope: number; readonly events: number; readonly latest: EventRow }[];
  /** By name, as many as fit into a page. */
  readonly checks: readonly EventRow[];
  readonly hasMoreChecks: boolean;
  readonly partitions: number;
}

export interface AssetId {
  readonly id: number;
  readonly key: string;
}

/**
 * The first of these assets, in their order: as many as fit into a page, and at least one. `count` is their number.
 * Assets that have no events any more are left out of the rows.
 */
async function readAssets(
  steps: ReadSteps,
  assets: readonly AssetId[],
): Promise<{ readonly rows: readonly AssetRows[]; readonly count: number }> {
  const sizes = await readSizes(steps, assets);
  const fitting = assets.slice(0, countFitting(sizes));
  const isLarge = sizes.slice(0, fitting.length).map(({ size, checks }) => size > bytesPerPage || checks > mostChecks);
  const few = fitting.filter((_, i) => !isLarge[i]);
  const { summaries, checks } = await steps.step(async (client) => {
    const database = drizzle(client);
    const [summaries, checks] = await database.batch([
      database
        .select({ scope: summary.scope, events: summary.events, latest: eventColumns })
        .from(asset)
        .innerJoin(summary, eq(summary.assetId, asset.id))
        .innerJoin(event, eq(event.id, summary.eventId))
        .where(and(isOneOf(fitting), lt(summary.scope, scopes.partition))),
      database
        .select(eventColumns)
        .from(asset)
        .innerJoin(summary, eq(summary.assetId, asset.id))
        .innerJoin(event, eq(event.id, summary.eventId))
        .where(and(isOneOf(few), eq(summary.scope, scopes.check)))
        .orderBy(asc(asset.key), asc(summary.checkName)),
    ]);
    return { summaries, checks };
  });
  const summariesOf = groupBy(summaries, ({ latest }) => latest.key);
  const checksOf = groupBy(checks, ({ key }) => key);
  const rows: AssetRows[] = [];
  for (const [i, { id, key }] of fitting.entries()) {
    const found = summariesOf.get(key);
    if (found === undefined) continue;
    const ofAsset = isLarge[i] ? await readFirstChecks(steps, id) : { checks: checksOf.get(key) ?? [], hasMore: false };
    const counted = sizes[i]?.partitions ?? 0;
    const partitions = counted > fewPartitions ? await countPartitions(steps, id) : counted;
    rows.push({ key, summaries: found, checks: ofAsset.checks, hasMoreChecks: ofAsset.hasMore, partitions });
  }
  return { rows, count: fitting.length };
}

/** Assets after a position. */
export const readAssetList = assetListOf(readAssets);

/** The asset of an encoded key. Undefined for an asset without events. */
export async function readAssetByKey(steps: ReadSteps, key: string): Promise<AssetRows | undefined> {
  const id = await readAssetId(steps, key);
  return id === undefined ? undefined : (await readAssets(steps, [{ id, key }])).rows[0];
}

/** The id of an asset, by its encoded key. */
export async function readAssetId(steps: ReadSteps, key: string): Promise<number | undefined> {
  const sql = "SELECT id FROM asset WHERE key = ?";
  const [row] = (await steps.step((client) => client.execute({ sql, args: [key] }))).rows;
  return row === undefined ? undefined : Number(row.id);
}

interface AssetSize {
  /** In bytes, of all events that are read for the asset. */
  readonly size: number;
  /** One more than `mostChecks` stands for any greater number. */
  readonly checks: number;
  /** One more than `fewPartitions` stands for any greater number. */
  readonly partitions: number;
}

const assetsPerStep = 50;
/** Up to so many are counted in one statement with those of other assets. */
export const fewPartitions = 1000;

/** The sizes of the first of these assets, up to more than a page. */
async function readSizes(steps: ReadSteps, assets: readonly AssetId[]): Promise<readonly AssetSize[]> {
  const sizes: AssetSize[] = [];
  for (let start = 0, bytes = 0; start < assets.length && bytes <= bytesPerPage; start += assetsPerStep * steps.scale) {
    const ids = assets.slice(start, start + assetsPerStep * steps.scale).map(({ id }) => id);
    const { rows } = await steps.step((client) => client.execute({ sql: selectSizes, args: [JSON.stringify(ids)] }));
    for (const row of rows) {
      const size = { size: Number(row.size), checks: Number(row.checks), partitions: Number(row.partitions) };
      sizes.push(size);
      bytes += size.size;
    }
  }
  return sizes;
}

/** The first checks of an asset that has too many, or too large ones, for a page. */
async function readFirstChecks(steps: ReadSteps, id: number) {
  const sized = await steps.step((client) => client.execute({ sql: selectCheckSizes, args: [id] }));
  const most = Math.min(mostChecks, countFitting(sized.rows.map(({ size }) => ({ size: Number(size) }))));
  const checks = await steps.step((client) =>
    drizzle(client)
      .select(eventColumns)
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .innerJoin(event, eq(event.id, summary.eventId))
      .where(and(eq(asset.id, id), eq(summary.scope, scopes.check)))
      .orderBy(asc(summary.checkName))
      .limit(most),
  );
  return { checks, hasMore: sized.rows.length > most };
}

const partitionsPerStep = 50_000;

export async function countPartitions(steps: ReadSteps, id: number): Promise<number> {
  let count = 0;
  for (let from: string | undefined = ""; from !== undefined; ) {
    const args: InValue[] = [id, from];
    const sql: string = from === "" ? selectFirstPartitions : selectPartitionsAfter;
    const [row]: Row[] = (await steps.step((client) => client.execute({ sql, args }))).rows;
    count += Number(row?.count);
    from = Number(row?.count) < partitionsPerStep ? undefined : String(row?.last);
  }
  return count;
}

function isOneOf(assets: readonly AssetId[]): SQL {
  // As one parameter, since SQLite takes at most 32,766 of them.
  return sql`${asset.id} IN (SELECT value FROM json_each(${JSON.stringify(assets.map(({ id }) => id))}))`;
}

// Node 20 has no Map.groupBy.
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

const firstChecks = (id: string) => `
  SELECT event_id FROM summary WHERE asset_id = ${id} AND scope = ${scopes.check} ORDER BY check_name LIMIT ${mostChecks + 1}`;

const selectSizes = `
  SELECT
    (SELECT ifnull(sum(${eventSizeSql}), 0) FROM summary CROSS JOIN event ON event.id = summary.event_id
      WHERE summary.asset_id = asset.id AND summary.scope < ${scopes.partition})
    + (SELECT ifnull(sum(${eventSizeSql}), 0) FROM (${firstChecks("asset.id")}) AS first
      CROSS JOIN event ON event.id = first.event_id) AS size,
    (SELECT count(*) FROM (${firstChecks("asset.id")})) AS checks,
    (SELECT count(*) FROM (
      SELECT 1 FROM summary WHERE asset_id = asset.id AND scope = ${scopes.partition} LIMIT ${fewPartitions + 1}
    )) AS partitions
  FROM json_each(?) AS ids LEFT JOIN asset ON asset.id = ids.value ORDER BY ids.key`;

const selectCheckSizes = `
  SELECT ${eventSizeSql} AS size FROM (${firstChecks("?")}) AS first
    CROSS JOIN event ON event.id = first.event_id CROSS JOIN asset ON asset.id = event.asset_id`;

const selectPartitions = (after: string) => `
  SELECT count(*) AS count, max(partition) AS last FROM (
    SELECT partition FROM summary WHERE asset_id = ?1 AND scope = ${scopes.partition} AND check_name = ''
      AND partition ${after} ?2 ORDER BY partition LIMIT ${partitionsPerStep}
  )`;
const selectFirstPartitions = selectPartitions(">=");
const selectPartitionsAfter = selectPartitions(">");
