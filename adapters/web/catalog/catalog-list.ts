import { type AssetKey, parseAssetKey } from "../../../core/index.ts";
import { formatListCursor, parseListCursor } from "../../../storage/cursors/list-cursor.ts";
import type {
  AssetFilter,
  AssetFreshness,
  AssetListRequest,
  AssetMark,
  AssetState,
  EventMark,
} from "../../../storage/index.ts";
import { keysPerPage } from "../../../storage/scan/matches-search.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import type { PageWatching } from "../page/page-watching.ts";
import { stripLength } from "../parts/strip.tsx";
import { type AssetRow, catalogRows, type GroupRow, type PageOfRows, pageOfRows } from "./catalog-rows.ts";

const assetsPerPage = 100;

/** An asset with its last reports. */
export interface Line extends AssetMark {
  readonly marks: readonly EventMark[];
  /** Undefined if no policy watches it, and until the rows of the page are known. */
  readonly freshness?: AssetFreshness | undefined;
}

export type Row = GroupRow<AssetState> | AssetRow<Line>;

/** A page of the catalog. */
export interface Listed {
  readonly rows: readonly Row[];
  /** A text on how many assets there are, and which rows the page shows. */
  readonly total: string | undefined;
  readonly counted: readonly AssetState[];
  /** Whether all assets of a group were counted. */
  readonly isWhole: (row: GroupRow<AssetState>) => boolean;
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** The text of the link to the next page. */
  readonly next: string;
}

/** The list with the freshness of the assets that have a row. */
export async function addFreshness(watching: PageWatching, list: Listed): Promise<Listed> {
  const shown = list.rows.flatMap((row) => ("asset" in row ? [row.asset] : []));
  const freshness = await watching.freshnessOf(shown.map(({ assetKey }) => assetKey));
  const found = new Map(shown.map((asset, i) => [asset, freshness[i]]));
  const rows = list.rows.map((row) =>
    "asset" in row ? { ...row, asset: { ...row.asset, freshness: found.get(row.asset) } } : row,
  );
  return { ...list, rows };
}

/** How many pages of keys are searched before a page without a match is answered. */
const mostReads = 5;

/** Reads a page of assets in groups by their keys. The groups count the assets of all pages. */
export async function readGroups(
  log: ScopedEventLog,
  filter: AssetFilter,
  cursor: string | undefined,
): Promise<Listed> {
  const mark = ["groups", filter.prefix, filter.search, filter.type, filter.failing, filter.quietSince];
  const [from = null, after = null] = parseListCursor(cursor, mark) ?? [];
  let start = from ?? undefined;
  let states = await log.assetStates(filter, { limit: keysPerPage, cursor: start });
  for (let reads = 1; states.assets.length === 0 && states.hasMore && reads < mostReads; reads++) {
    start = states.cursor ?? undefined;
    states = await log.assetStates(filter, { limit: keysPerPage, cursor: start });
  }
  const { assets, hasMore } = states;
  const page = pageOfRows(catalogRows(assets, assetsPerPage), readKey(after), assetsPerPage);
  const lines = await readLines(
    log,
    page.rows.flatMap((row) => ("asset" in row ? [row.asset.assetKey] : [])),
  );
  // An asset that was wiped meanwhile has no line.
  const lineOf = new Map(lines.map((line) => [JSON.stringify(line.assetKey), line]));
  const rows = page.rows.flatMap((row): Row[] => {
    if ("prefix" in row) return [row];
    const asset = lineOf.get(JSON.stringify(row.asset.assetKey));
    return asset === undefined ? [] : [{ ...row, asset }];
  });
  const [first, last] = [assets[0], assets.at(-1)];
  const position = page.last === undefined ? [states.cursor, null] : [start ?? null, JSON.stringify(page.last)];
  const isOfAssets = page.rows.every((row) => "asset" in row || row.isOpen);
  return {
    rows,
    total: totalText(assets.length, { isFirst: start === undefined, hasMore }, page),
    counted: assets,
    // If the examined keys begin or end inside a group, the group may have more assets.
    isWhole: (row) => !(hasMore && row.assets.at(-1) === last) && !(start !== undefined && row.assets[0] === first),
    cursor: formatListCursor(position, mark),
    hasMore: page.last !== undefined || hasMore,
    next: page.last === undefined ? "Further assets" : isOfAssets ? `Next ${assetsPerPage} assets` : "Next rows",
  };
}

interface Examined {
  /** Whether the counted assets start with the first of all. */
  readonly isFirst: boolean;
  readonly hasMore: boolean;
}

function totalText(assets: number, examined: Examined, { start, end, count }: PageOfRows<AssetState>): string {
  const number = `${assets.toLocaleString("en")}${examined.hasMore ? "+" : ""}${examined.isFirst ? "" : " further"}`;
  const total = `${number} ${assets === 1 ? "asset" : "assets"}`;
  if (end - start === count) return total;
  const here = `${(start + 1).toLocaleString("en")} to ${end.toLocaleString("en")}`;
  return count === assets ? `${total}, ${here} here` : `${total}, rows ${here} of ${count.toLocaleString("en")} here`;
}

function readKey(text: string | null): AssetKey | undefined {
  return text === null ? undefined : parseAssetKey(text);
}

export async function readSorted(
  log: ScopedEventLog,
  filter: AssetFilter,
  order: AssetListRequest["order"],
  cursor: string | undefined,
): Promise<Listed> {
  const page = await log.assetMarks(filter, { limit: assetsPerPage, order, cursor });
  const lines = await addMarks(log, page.assets);
  return {
    ...page,
    rows: lines.map((asset) => ({ asset, from: 0, depth: 0 })),
    total: undefined,
    counted: [],
    isWhole: () => true,
    next: `Next ${assetsPerPage} assets`,
  };
}

async function readLines(log: ScopedEventLog, keys: readonly AssetKey[]): Promise<readonly Line[]> {
  return keys.length === 0 ? [] : addMarks(log, await log.marksOf(keys));
}

/** The assets with their last reports. */
export async function addMarks(log: ScopedEventLog, assets: readonly AssetMark[]): Promise<readonly Line[]> {
  const recent = await log.recent(
    assets.map(({ assetKey }) => assetKey),
    stripLength,
  );
  return assets.map((asset, i) => ({ ...asset, marks: recent[i] ?? [] }));
}
