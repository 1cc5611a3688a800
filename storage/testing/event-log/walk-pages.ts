import type { AssetKey } from "../../../core/index.ts";
import type {
  AssetFilter,
  AssetListRequest,
  AssetRecord,
  CheckRecord,
  EventLog,
  ListRequest,
  PartitionRecord,
} from "../../event-log.ts";
import type { AssetMark, LastMaterialization, Overview } from "../../overview.ts";
import { expect } from "../expect.ts";

interface Page {
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** Follows cursors to the end. The limits are those of the pages, in turn. */
export async function walkPages<Found extends Page>(
  read: (page: ListRequest) => Promise<Found>,
  itemsOf: (page: Found) => readonly unknown[],
  limits: readonly number[] = [100],
): Promise<Found[]> {
  const pages: Found[] = [];
  let cursor: string | undefined;
  for (let i = 0; ; i++) {
    const limit = limits[i % limits.length] ?? 100;
    const page = await read(cursor === undefined ? { limit } : { limit, cursor });
    expect(itemsOf(page).length).toBeAtMost(limit);
    pages.push(page);
    if (!page.hasMore) return pages;
    if (page.cursor === null || page.cursor === cursor) throw new Error("a page with hasMore leads nowhere");
    cursor = page.cursor;
  }
}

export async function readAssets(
  log: EventLog,
  filter: AssetFilter = {},
  limits?: readonly number[],
  order?: AssetListRequest["order"],
): Promise<readonly AssetRecord[]> {
  const pages = await walkPages(
    (page) => log.assets(filter, { ...page, order }),
    ({ assets }) => assets,
    limits,
  );
  return pages.flatMap(({ assets }) => assets);
}

export async function readAssetMarks(
  overview: Overview,
  filter: AssetFilter = {},
  limits?: readonly number[],
  order?: AssetListRequest["order"],
): Promise<readonly AssetMark[]> {
  const pages = await walkPages(
    (page) => overview.assetMarks(filter, { ...page, order }),
    ({ assets }) => assets,
    limits,
  );
  return pages.flatMap(({ assets }) => assets);
}

export async function readLastMaterializations(
  overview: Overview,
  limits?: readonly number[],
): Promise<readonly LastMaterialization[]> {
  const pages = await walkPages(
    (page) => overview.lastMaterializations(page),
    ({ assets }) => assets,
    limits,
  );
  return pages.flatMap(({ assets }) => assets);
}

export async function readKeys(
  log: EventLog,
  filter: AssetFilter = {},
  limits?: readonly number[],
): Promise<readonly AssetKey[]> {
  return (await readAssets(log, filter, limits)).map(({ assetKey }) => assetKey);
}

export async function readPartitions(
  log: EventLog,
  key: AssetKey,
  limits?: readonly number[],
): Promise<readonly PartitionRecord[]> {
  const pages = await walkPages(
    (page) => log.partitions(key, page),
    ({ partitions }) => partitions,
    limits,
  );
  return pages.flatMap(({ partitions }) => partitions);
}

export async function readChecks(
  log: EventLog,
  key: AssetKey,
  limits?: readonly number[],
): Promise<readonly CheckRecord[]> {
  const pages = await walkPages(
    (page) => log.checks(key, page),
    ({ checks }) => checks,
    limits,
  );
  return pages.flatMap(({ checks }) => checks);
}
