import { type AssetKey, compareAssetKeys, hasPrefix } from "../../../core/index.ts";

interface Keyed {
  readonly assetKey: AssetKey;
}

/** A prefix with all assets below it. The rows inside an open group follow it. */
export interface GroupRow<Asset extends Keyed> {
  readonly prefix: AssetKey;
  /** How many parts of the prefix the group above shows. */
  readonly from: number;
  readonly depth: number;
  readonly assets: readonly Asset[];
  readonly isOpen: boolean;
}

export interface AssetRow<Asset extends Keyed> {
  readonly asset: Asset;
  readonly from: number;
  readonly depth: number;
}

type CatalogRow<Asset extends Keyed> = GroupRow<Asset> | AssetRow<Asset>;

/**
 * Sorted assets as the rows of a tree, top down. A prefix with one asset is no group, and neither is one that contains
 * only another group. If there are at most `most` assets, all groups are open. Else as many levels are open as give at
 * most so many rows, and each group that is alone on its level.
 */
export function catalogRows<Asset extends Keyed>(
  assets: readonly Asset[],
  most = Number.POSITIVE_INFINITY,
): readonly CatalogRow<Asset>[] {
  let rows = levelOf(assets, 0, 0);
  for (;;) {
    const opened = rows.flatMap((row) => (isClosed(row) ? [{ ...row, isOpen: true }, ...inside(row)] : row));
    const isAlone = rows.filter((row) => !isOpen(row)).length === 1;
    if (opened.length === rows.length) return rows;
    if (assets.length > most && opened.length > most && !isAlone) return rows;
    rows = opened;
  }
}

export interface PageOfRows<Asset extends Keyed> {
  readonly rows: readonly CatalogRow<Asset>[];
  /** The page has the rows from `start` to before `end`, without counting open groups. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** The last key of the page, if more rows follow. */
  readonly last: AssetKey | undefined;
}

/** At most `most` rows after the key `after`, with the open groups that contain them. */
export function pageOfRows<Asset extends Keyed>(
  all: readonly CatalogRow<Asset>[],
  after: AssetKey | undefined,
  most: number,
): PageOfRows<Asset> {
  const leaves = all.filter((row) => !isOpen(row));
  const first = after === undefined ? 0 : leaves.findIndex((row) => compareAssetKeys(lastKey(row), after) > 0);
  const start = first === -1 ? leaves.length : first;
  const shown = new Set(leaves.slice(start, start + most));
  const end = start + shown.size;
  const last = leaves[end - 1];
  const keys = [...shown].map(lastKey);
  // An asset may have the same key as a group.
  const holds = (prefix: AssetKey, key: AssetKey) => key.length > prefix.length && hasPrefix(key, prefix);
  const rows = all.filter((row) => (isOpen(row) ? keys.some((key) => holds(row.prefix, key)) : shown.has(row)));
  return { rows, start, end, count: leaves.length, last: end < leaves.length && last ? lastKey(last) : undefined };
}

function isClosed<Asset extends Keyed>(row: CatalogRow<Asset>): row is GroupRow<Asset> {
  return "prefix" in row && !row.isOpen;
}

function isOpen<Asset extends Keyed>(row: CatalogRow<Asset>): row is GroupRow<Asset> {
  return "prefix" in row && row.isOpen;
}

function lastKey<Asset extends Keyed>(row: CatalogRow<Asset>): AssetKey {
  return ("prefix" in row ? row.assets.at(-1)?.assetKey : row.asset.assetKey) ?? [];
}

function inside<Asset extends Keyed>({ assets, prefix, depth }: GroupRow<Asset>): readonly CatalogRow<Asset>[] {
  return levelOf(assets, prefix.length, depth + 1);
}

/** The rows of one level: assets, and groups of those whose keys continue with the same part. */
function levelOf<Asset extends Keyed>(assets: readonly Asset[], from: number, depth: number) {
  const rows: CatalogRow<Asset>[] = [];
  for (let start = 0; start < assets.length; ) {
    const end = branchEnd(assets, start, from);
    const branch = assets.slice(start, end);
    const [first] = branch;
    if (first === undefined) return rows;
    if (branch.length === 1) rows.push({ asset: first, from, depth });
    else {
      const prefix = first.assetKey.slice(0, sharedParts(branch, from));
      rows.push({ prefix, from, depth, assets: branch, isOpen: false });
    }
    start = end;
  }
  return rows;
}

/** The index after the asset at `start` if its key ends here, else after all that continue with the same part. */
function branchEnd(assets: readonly Keyed[], start: number, from: number): number {
  const continues = ({ assetKey }: Keyed) => assetKey.length > from + 1;
  const first = assets[start];
  let end = start + 1;
  if (first === undefined || !continues(first)) return end;
  for (let next = assets[end]; next !== undefined; next = assets[++end]) {
    if (!continues(next) || next.assetKey[from] !== first.assetKey[from]) break;
  }
  return end;
}

/** How many parts all these keys share at their beginning, without the last part of each. */
function sharedParts(assets: readonly Keyed[], from: number): number {
  const [first] = assets;
  let end = from + 1;
  while (assets.every(({ assetKey }) => assetKey.length > end + 1 && assetKey[end] === first?.assetKey[end])) end++;
  return end;
}
