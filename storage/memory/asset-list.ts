import type { AssetFilter, AssetListRequest, AssetRecord, CheckRecord } from "../event-log.ts";
import type { ListPosition } from "../list-cursor.ts";

export interface ListedAsset {
  readonly record: AssetRecord;
  readonly checks: readonly CheckRecord[];
}

/** Whether an asset's state is one that the filter asks for; its key is another matter. */
export function isListed({ record: asset, checks }: ListedAsset, { failing, quietSince, type }: AssetFilter): boolean {
  const { materializations, observations, checkEvaluations } = asset.counts;
  const counts = {
    ASSET_MATERIALIZATION: materializations,
    ASSET_OBSERVATION: observations,
    ASSET_CHECK_EVALUATION: checkEvaluations,
  };
  return (
    (failing !== true || checks.some(({ latestEvaluation }) => !latestEvaluation.passed)) &&
    (quietSince === undefined || (latestOf(asset) ?? Number.NEGATIVE_INFINITY) < quietSince) &&
    (type === undefined || counts[type] > 0)
  );
}

/** Sorts as text does. */
export function positionIn(order: AssetListRequest["order"] = "key"): (asset: ListedAsset) => ListPosition {
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

function latestOf({ latestMaterialization, latestObservation }: AssetRecord): number | undefined {
  const times = [latestMaterialization, latestObservation].flatMap((event) => event?.timestamp ?? []);
  return times.length === 2 ? Math.max(times[0] ?? 0, times[1] ?? 0) : times[0];
}
