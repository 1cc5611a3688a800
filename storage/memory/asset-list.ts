import type { AssetFilter, AssetRecord } from "../event-log.ts";
import type { ListPosition } from "../list-cursor.ts";

/** Whether an asset's state is one that the filter asks for; its key is another matter. */
export function isListed(asset: AssetRecord, { failing, quietSince, type }: AssetFilter): boolean {
  const { materializations, observations, checkEvaluations } = asset.counts;
  const counts = {
    ASSET_MATERIALIZATION: materializations,
    ASSET_OBSERVATION: observations,
    ASSET_CHECK_EVALUATION: checkEvaluations,
  };
  return (
    (failing !== true || asset.checks.some(({ passed }) => !passed)) &&
    (quietSince === undefined || (latestOf(asset) ?? Number.NEGATIVE_INFINITY) < quietSince) &&
    (type === undefined || counts[type] > 0)
  );
}

/** Sorts as text does: the latest first, then by key. */
export function latestFirst(asset: AssetRecord): ListPosition {
  const latest = latestOf(asset);
  const place = latest === undefined ? "~" : String(10n ** 17n - BigInt(latest)).padStart(18, "0");
  return [place, ...asset.assetKey];
}

function latestOf({ latestMaterialization, latestObservation }: AssetRecord): number | undefined {
  const times = [latestMaterialization, latestObservation].flatMap((event) => event?.timestamp ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
