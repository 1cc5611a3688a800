import type { AssetFilter, AssetListRequest } from "../../event-log.ts";
import { type AssetPosition, findAssets } from "./find-assets.ts";
import { type AssetRows, readAssets } from "./read-asset.ts";
import type { ListOfRows } from "./read-lists.ts";
import type { ReadSteps } from "./read-steps.ts";

/** Assets after the position `from`. */
export async function readAssetList(
  steps: ReadSteps,
  filter: AssetFilter,
  page: Pick<AssetListRequest, "limit" | "order">,
  from: AssetPosition | undefined,
): Promise<ListOfRows<AssetRows, AssetPosition>> {
  const found = await findAssets(steps, filter, page, from);
  const { rows, count } = await readAssets(steps, found.assets);
  if (count === found.assets.length) return { rows, last: found.last, hasMore: found.hasMore };
  return { rows, last: found.assets[count - 1], hasMore: true };
}
