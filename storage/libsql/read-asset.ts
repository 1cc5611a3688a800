import { and, asc, count, eq, lt } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../core/index.ts";
import { type EventRow, eventColumns } from "./event-row.ts";
import { asset, event, summary } from "./schema.ts";
import { encodeKey } from "./sortable-text.ts";
import { scopes } from "./summaries.ts";

export interface AssetRows {
  /** The latest event of each scope that is of the whole asset, and how many there are. */
  readonly summaries: readonly { readonly scope: number; readonly events: number; readonly latest: EventRow }[];
  readonly checks: readonly EventRow[];
  readonly partitions: number;
}

/** What the summaries say of an asset, read in one transaction; undefined where no event carries its key. */
export async function readAsset(database: LibSQLDatabase, key: AssetKey): Promise<AssetRows | undefined> {
  const isAsset = eq(asset.key, encodeKey(key));
  const [summaries, checks, [partitions]] = await database.batch([
    database
      .select({ scope: summary.scope, events: summary.events, latest: eventColumns })
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .innerJoin(event, eq(event.id, summary.eventId))
      .where(and(isAsset, lt(summary.scope, scopes.partition))),
    database
      .select(eventColumns)
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .innerJoin(event, eq(event.id, summary.eventId))
      .where(and(isAsset, eq(summary.scope, scopes.check)))
      .orderBy(asc(summary.checkName)),
    database
      .select({ count: count() })
      .from(asset)
      .innerJoin(summary, eq(summary.assetId, asset.id))
      .where(and(isAsset, eq(summary.scope, scopes.partition))),
  ]);
  return summaries.length === 0 ? undefined : { summaries, checks, partitions: partitions?.count ?? 0 };
}
