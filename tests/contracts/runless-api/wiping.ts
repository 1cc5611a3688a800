import { expect } from "bun:test";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

export function wipingContract(promises: Promises): void {
  promises("wiped assets are gone with all their events, and others are not", async ({ api, key }) => {
    await api.reportRunlessAssetEvents([
      materialization(key("a"), { partition: "p" }),
      observation(key("a")),
      checkEvaluation(key("a"), { checkName: "c", passed: true }),
      materialization(key("a", "b")),
      materialization(key("b")),
    ]);
    const traces = await api.wipeAssets([key("a"), key("b")]);
    expect(traces).toMatchObject([
      { type: "ASSET_WIPED", assetKey: key("a") },
      { type: "ASSET_WIPED", assetKey: key("b") },
    ]);
    expect(await api.getAssetKeys({ prefix: key() })).toMatchObject({ assetKeys: [key("a", "b")] });
    expect(await api.hasAssetKey(key("a"))).toBe(false);
    expect(await api.getLatestMaterializationEvent(key("a"))).toBeUndefined();
    expect((await api.fetchMaterializations(key("a"))).records).toEqual([]);
    expect((await api.fetchAssetCheckEvaluations(key("a"))).records).toEqual([]);
    expect([...(await api.getMaterializedPartitions(key("a")))]).toEqual([]);
  });

  promises("an asset without events leaves no trace", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(materialization(key("a")));
    expect(await api.wipeAssets([key("never"), key("a"), key("a")])).toHaveLength(1);
    expect(await api.wipeAssets([])).toEqual([]);
  });

  promises("wiped partitions are gone, and the rest of the asset is not", async ({ api, key }) => {
    const partitions = ["a", "b", "c", ""];
    await api.reportRunlessAssetEvents([
      ...partitions.map((partition) => materialization(key("a"), { partition })),
      materialization(key("a"), { description: "no partition" }),
    ]);
    const traces = await api.wipeAssetPartitions(key("a"), ["a", "never", ""]);
    expect(traces.map(({ partition }) => partition)).toEqual(["a", ""]);
    expect([...(await api.getMaterializedPartitions(key("a")))]).toEqual(["b", "c"]);
    expect((await api.getLatestMaterializationEvent(key("a")))?.description).toBe("no partition");
  });

  promises("a wiped asset can be reported again, also under its old idempotency keys", async ({ api, key }) => {
    const event = materialization(key("a"));
    const first = await api.reportRunlessAssetEvent(event, { idempotencyKey: "k" });
    await api.wipeAssets([key("a")]);
    const second = await api.reportRunlessAssetEvent(event, { idempotencyKey: "k" });
    expect(second.duplicate).toBe(false);
    expect(second.id).toBeGreaterThan(first.id);
    expect(await api.getAssetRecords([key("a")])).toMatchObject([{ counts: { materializations: 1 } }]);
  });
}
