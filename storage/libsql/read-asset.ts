import { asc, count, eq } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../core/index.ts";
import { type EventRow, eventColumns } from "./event-row.ts";
import { asset, assetSummary, checkSummary, event, partitionSummary } from "./schema.ts";
import { encodeKey } from "./sortable-text.ts";

export interface AssetRows {
  /** The latest event of each kind that the asset has, and how many there are. */
  readonly summaries: readonly { readonly kind: number; readonly events: number; readonly latest: EventRow }[];
  readonly checks: readonly EventRow[];
  readonly partitions: number;
}

/** What the summaries say of an asset, read in one transaction; undefined where no event carries its key. */
export async function readAsset(database: LibSQLDatabase, key: AssetKey): Promise<AssetRows | undefined> {
  const isAsset = eq(asset.key, encodeKey(key));
  const [summaries, checks, [partitions]] = await database.batch([
    database
      .select({ kind: assetSummary.kind, events: assetSummary.events, latest: eventColumns })
      .from(asset)
      .innerJoin(assetSummary, eq(assetSummary.assetId, asset.id))
      .innerJoin(event, eq(event.id, assetSummary.eventId))
      .where(isAsset),
    database
      .select(eventColumns)
      .from(asset)
      .innerJoin(checkSummary, eq(checkSummary.assetId, asset.id))
      .innerJoin(event, eq(event.id, checkSummary.eventId))
      .where(isAsset)
      .orderBy(asc(checkSummary.checkName)),
    database
      .select({ count: count() })
      .from(asset)
      .innerJoin(partitionSummary, eq(partitionSummary.assetId, asset.id))
      .where(isAsset),
  ]);
  return summaries.length === 0 ? undefined : { summaries, checks, partitions: partitions?.count ?? 0 };
}
