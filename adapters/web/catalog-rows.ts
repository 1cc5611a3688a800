import type { AssetKey } from "../../core/index.ts";

interface Keyed {
  readonly assetKey: AssetKey;
}

/** A line of the catalog: a prefix with the assets below it, or an asset. */
export type CatalogRow<Asset extends Keyed> =
  | { readonly prefix: AssetKey; readonly from: number; readonly depth: number; readonly assets: readonly Asset[] }
  | { readonly asset: Asset; readonly from: number; readonly depth: number };

/**
 * Assets in the order of keys as a tree, top down. A prefix with one asset is no branch, and neither is one that only
 * leads to another. `from` is how many parts of a row's key the branch above it says already.
 */
export function catalogRows<Asset extends Keyed>(
  assets: readonly Asset[],
  from = 0,
  depth = 0,
): readonly CatalogRow<Asset>[] {
  const rows: CatalogRow<Asset>[] = [];
  for (let start = 0; start < assets.length; ) {
    const branch = branchAt(assets, start, from);
    const [first] = branch;
    if (first === undefined) return rows;
    if (branch.length === 1) rows.push({ asset: first, from, depth });
    else {
      const end = sharedParts(branch, from);
      rows.push({ prefix: first.assetKey.slice(0, end), from, depth, assets: branch });
      for (const row of catalogRows(branch, end, depth + 1)) rows.push(row);
    }
    start += branch.length;
  }
  return rows;
}

/** The asset at `start` if its key ends here, else all that go on with the same part. */
function branchAt<Asset extends Keyed>(assets: readonly Asset[], start: number, from: number): readonly Asset[] {
  const goesOn = ({ assetKey }: Asset) => assetKey.length > from + 1;
  const first = assets[start];
  if (first === undefined || !goesOn(first)) return assets.slice(start, start + 1);
  const part = first.assetKey[from];
  const rest = assets.slice(start);
  const end = rest.findIndex((asset) => !goesOn(asset) || asset.assetKey[from] !== part);
  return end === -1 ? rest : rest.slice(0, end);
}

/** How many parts all these keys begin with; the last part of a key is its own. */
function sharedParts(assets: readonly Keyed[], from: number): number {
  const [first] = assets;
  let end = from + 1;
  while (assets.every(({ assetKey }) => assetKey.length > end + 1 && assetKey[end] === first?.assetKey[end])) end++;
  return end;
}
