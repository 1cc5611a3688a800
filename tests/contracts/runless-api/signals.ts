import { expect } from "bun:test";
import { materialization } from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

export function signalsContract(promises: Promises): void {
  promises(
    "whatever is asked with an aborted signal rejects with its reason, and does nothing",
    async ({ api, key }) => {
      const a = key("a");
      await api.reportRunlessAssetEvent(materialization(a));
      const reason = new Error("enough");
      const options = { signal: AbortSignal.abort(reason) };
      const calls = [
        () => api.reportRunlessAssetEvent(materialization(a), options),
        () => api.reportRunlessAssetEvents([materialization(a)], options),
        () => api.getLatestMaterializationEvent(a, options),
        () => api.getLatestMaterializationEvents([a], options),
        () => api.fetchMaterializations(a, options),
        () => api.fetchObservations(a, options),
        () => api.fetchAssetCheckEvaluations(a, options),
        () => api.getMaterializedPartitions(a, options),
        () => api.getStatusByPartition(a, ["p"], options),
        () => api.getAssetKeys(options),
        () => api.getAssetRecords([a], options),
        () => api.getAssetRecords(undefined, options),
        () => api.hasAssetKey(a, options),
        () => api.waitFor([a], { since: 0 }, options),
        () => api.wipeAssets([a], options),
        () => api.wipeAssetPartitions(a, ["p"], options),
      ];
      for (const call of calls) expect(await call().then(() => "done", String)).toBe(String(reason));
      expect((await api.fetchMaterializations(a)).records).toHaveLength(1);
    },
  );
}
