import type { AssetFilter, AssetListRequest } from "../../event-log.ts";
import { type AssetPosition, findAssets, pageOf } from "./find-assets.ts";
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
  return pageOf(found, await readAssets(steps, found.assets));
}
