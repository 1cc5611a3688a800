import { type AssetKey, hasPrefix, type RecordedEvent } from "../../core/index.ts";
import { formatListCursor, type ListPosition, parseListCursor } from "../cursors/list-cursor.ts";
import type { AssetFilter, AssetListRequest, AssetRecord } from "../event-log.ts";
import { comparePositions, type ListPage, listPage } from "./list-page.ts";
import { keyBytesPerPage, keysPerPage, matchesSearch } from "./matches-search.ts";
import { assetsOf, checksOf, type ListedAsset } from "./summaries.ts";

/**
 * A page of the assets that these events belong to.
 *
 * @example
 * const { events } = await log.query({}, { order: "asc", limit: 1000 });
 * const { items } = listAssets(events, { prefix: ["warehouse"] }, { limit: 10, order: "latest" });
 * console.log(items.map(({ record }) => record.assetKey)); // []
 */
export function listAssets(
  events: readonly RecordedEvent[],
  filter: AssetFilter,
  page: AssetListRequest,
): ListPage<ListedAsset> {
  const { prefix, search, failing, quietSince, type } = filter;
  const marked = ["assets", prefix, search, failing, quietSince, type, page.order];
  const sorted = assetsOf(events)
    .filter(({ key }) => prefix === undefined || hasPrefix(key, prefix))
    .sort((a, b) => comparePositions(a.key, b.key));
  const isFound = (asset: (typeof sorted)[number]): ListedAsset[] => {
    if (search !== undefined && !matchesSearch(asset.key, search)) return [];
    const listed = { record: asset.record(), checks: checksOf(asset.events) };
    const isFailing = listed.checks.some(({ latestEvaluation }) => !latestEvaluation.passed);
    return matchesState({ ...listed.record, isFailing }, filter) ? [listed] : [];
  };
  if (page.order !== undefined && page.order !== "key") {
    const items = sorted.slice(0, countLooked(sorted)).flatMap(isFound);
    return listPage({ items, positionOf: positionIn(page.order), marked }, page);
  }
  const from = parseListCursor(page.cursor, marked);
  const ahead = sorted.filter(({ key }) => from === undefined || comparePositions(key, from) > 0);
  const looked = ahead.slice(0, countLooked(ahead));
  const found = looked.flatMap(isFound);
  const items = found.slice(0, page.limit);
  const isCut = found.length > items.length;
  const last = (isCut ? items.at(-1)?.record.assetKey : looked.at(-1)?.key) ?? from;
  const cursor = last === undefined ? null : formatListCursor(last, marked);
  return { items, cursor, hasMore: isCut || looked.length < ahead.length };
}

/** How many of these assets, from the first on, a page examines. */
function countLooked(assets: readonly { readonly key: AssetKey }[]): number {
  let bytes = 0;
  const end = assets.slice(0, keysPerPage).findIndex(({ key }) => {
    const isEnough = bytes >= keyBytesPerPage;
    for (const part of key) bytes += part.length + 1;
    return isEnough;
  });
  return end === -1 ? Math.min(assets.length, keysPerPage) : end;
}

/** The state of an asset that filters look at. */
interface FilteredState extends Latest {
  readonly counts: Pick<AssetRecord["counts"], "materializations" | "observations" | "checkEvaluations">;
  /** Whether the latest evaluation of a check failed. */
  readonly isFailing: boolean;
}

/** Whether an asset's state matches the filter. Its key is checked elsewhere. */
export function matchesState(asset: FilteredState, { failing, quietSince, type }: AssetFilter): boolean {
  const { materializations, observations, checkEvaluations } = asset.counts;
  const counts = {
    ASSET_MATERIALIZATION: materializations,
    ASSET_OBSERVATION: observations,
    ASSET_CHECK_EVALUATION: checkEvaluations,
  };
  return (
    (failing !== true || asset.isFailing) &&
    (quietSince === undefined || (latestOf(asset) ?? Number.NEGATIVE_INFINITY) < quietSince) &&
    (type === undefined || counts[type] > 0)
  );
}

/** The position of an asset in an order, as texts that sort in that order. */
function positionIn(order: AssetListRequest["order"] = "key"): (asset: ListedAsset) => ListPosition {
  if (order === "key") return ({ record }) => record.assetKey;
  return (asset) => {
    const rank = ranks[order](asset);
    const place = rank === undefined ? "~" : String(10n ** 17n - BigInt(rank)).padStart(18, "0");
    return [place, ...asset.record.assetKey];
  };
}

const ranks = {
  latest: ({ record }: ListedAsset) => latestOf(record),
  state: ({ checks }: ListedAsset) => {
    const failing = checks.filter(({ latestEvaluation }) => !latestEvaluation.passed);
    if (failing.length === 0) return 0;
    return failing.some(({ latestEvaluation }) => latestEvaluation.severity !== "WARN") ? 2 : 1;
  },
  reports: ({ record: { counts } }: ListedAsset) =>
    counts.materializations + counts.observations + counts.checkEvaluations,
};

interface Latest {
  readonly latestMaterialization: { readonly timestamp: number } | null;
  readonly latestObservation: { readonly timestamp: number } | null;
}

/** The timestamp of the latest materialization or observation. */
export function latestOf({ latestMaterialization, latestObservation }: Latest): number | undefined {
  const times = [latestMaterialization, latestObservation].flatMap((event) => event?.timestamp ?? []);
  return times.length === 2 ? Math.max(times[0] ?? 0, times[1] ?? 0) : times[0];
}
