import { and, asc, count, eq, inArray, lt } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { type EventRow, eventColumns } from "./event-row.ts";
import { asset, event, summary } from "./schema.ts";
import { scopes } from "./summaries.ts";

/** What the summaries say of an asset. */
export interface AssetRows {
  readonly key: string;
  /** The latest event of each scope that is of the whole asset, and how many there are. */
  readonly summaries: readonly { readonly scope: number; readonly events: number; readonly latest: EventRow }[];
  readonly checks: readonly EventRow[];
  readonly partitions: number;
}

/** The assets with these encoded keys, in their order, read in one transaction; those without events are left out. */
export async function readAssets(database: LibSQLDatabase, keys: readonly string[]): Promise<AssetRows[]> {
  const isWanted = inArray(asset.key, [...keys]);
  const [summaries, checks, partitions] = await database.batch([
    database
      .select({ scope: summary.scope, events: summary.events, latest: eventColumns })
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .innerJoin(event, eq(event.id, summary.eventId))
      .where(and(isWanted, lt(summary.scope, scopes.partition))),
    database
      .select(eventColumns)
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .innerJoin(event, eq(event.id, summary.eventId))
      .where(and(isWanted, eq(summary.scope, scopes.check)))
      .orderBy(asc(asset.key), asc(summary.checkName)),
    database
      .select({ key: asset.key, count: count() })
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .where(and(isWanted, eq(summary.scope, scopes.partition)))
      .groupBy(asset.key),
  ]);
  const summariesOf = groupBy(summaries, ({ latest }) => latest.key);
  const checksOf = groupBy(checks, ({ key }) => key);
  const partitionsOf = new Map(partitions.map(({ key, count }) => [key, count]));
  return keys.flatMap((key) => {
    const found = summariesOf.get(key);
    const rest = { checks: checksOf.get(key) ?? [], partitions: partitionsOf.get(key) ?? 0 };
    return found === undefined ? [] : { key, summaries: found, ...rest };
  });
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
