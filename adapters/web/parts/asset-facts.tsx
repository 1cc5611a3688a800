/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { AssetKey } from "../../../core/index.ts";
import type { AssetMark } from "../../../storage/index.ts";

/** A fact with its name, for a `dl`. */
export function Fact({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How many partitions an asset has, with a plus if there may be more. */
export function partitionCount({ counts, hasMorePartitions }: AssetMark): string {
  return counts.partitions.toLocaleString("en") + (hasMorePartitions ? "+" : "");
}

/** A tag as the catalog is filtered by it. */
export function tagText(name: string, value: string): string {
  return value === "" ? name : `${name}:${value}`;
}

/** The mark of an asset that is defined and was never reported. */
export function neverReported(assetKey: AssetKey): AssetMark {
  return {
    assetKey,
    latestMaterialization: null,
    latestObservation: null,
    dataVersion: null,
    counts: { materializations: 0, observations: 0, checkEvaluations: 0, partitions: 0 },
    hasMorePartitions: false,
    checks: { passed: 0, warned: 0, failed: 0 },
    hasMoreChecks: false,
  };
}
