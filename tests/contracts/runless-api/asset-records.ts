import { expect } from "bun:test";
import { checkEvaluation, formatAssetKey, materialization, observation } from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

export function assetRecordsContract(promises: Promises): void {
  promises("the latest materialization happened last, whatever was reported last", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(materialization(key("a"), { timestamp: 2000, partition: "new" }));
    await api.reportRunlessAssetEvent(materialization(key("a"), { timestamp: new Date(1000), partition: "old" }));
    expect((await api.getLatestMaterializationEvent(key("a")))?.partition).toBe("new");
  });

  promises(
    "an asset that was only observed, or never heard of, has no latest materialization",
    async ({ api, key }) => {
      await api.reportRunlessAssetEvent(observation(key("seen")));
      expect(await api.getLatestMaterializationEvent(key("seen"))).toBeUndefined();
      expect(await api.getLatestMaterializationEvent(key("never"))).toBeUndefined();
    },
  );

  promises("the latest materializations of several keys stand by their text", async ({ api, key }) => {
    const keys = [key("b"), key("never"), key("a/b"), key("b")];
    await api.reportRunlessAssetEvents([materialization(key("a/b")), materialization(key("b"))]);
    const latest = await api.getLatestMaterializationEvents(keys);
    expect([...latest.keys()]).toEqual(keys.slice(0, 3).map(formatAssetKey));
    expect([...latest.values()].map((event) => event?.assetKey)).toEqual([key("b"), undefined, key("a/b")]);
  });

  promises("a record says what is known of an asset", async ({ api, key }) => {
    const check = { checkName: "c", passed: false };
    const { ids } = await api.reportRunlessAssetEvents([
      materialization(key("a"), { partition: "p", dataVersion: "v1" }),
      observation(key("a"), { dataVersion: "v2" }),
      checkEvaluation(key("a"), check),
      checkEvaluation(key("a"), { ...check, passed: true, severity: "WARN" }),
    ]);
    const [record, ...others] = await api.getAssetRecords([key("a")]);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      assetKey: key("a"),
      latestMaterialization: { id: ids[0], type: "ASSET_MATERIALIZATION", partition: "p" },
      latestObservation: { id: ids[1], type: "ASSET_OBSERVATION" },
      dataVersion: "v2",
      checks: [{ id: ids[3], checkName: "c", passed: true, severity: "WARN" }],
      counts: { materializations: 1, observations: 1, checkEvaluations: 2, partitions: 1 },
    });
  });

  promises("records come in the order of the keys, each once, without those of no event", async ({ api, key }) => {
    const names = Array.from({ length: 20 }, (_, i) => `${i}`);
    await api.reportRunlessAssetEvents(names.map((name) => materialization(key(name))));
    const asked = [...names.toReversed(), "never", "0"].map((name) => key(name));
    const records = await api.getAssetRecords(asked);
    expect(records.map(({ assetKey }) => assetKey)).toEqual(names.toReversed().map((name) => key(name)));
    expect(await api.getAssetRecords([])).toEqual([]);
  });

  promises("without keys, there is a record of every asset", async ({ api, key }) => {
    await api.reportRunlessAssetEvents([materialization(key("a")), observation(key("b"))]);
    const texts = (await api.getAssetRecords()).map(({ assetKey }) => formatAssetKey(assetKey));
    expect(texts).toContain(formatAssetKey(key("a")));
    expect(texts).toContain(formatAssetKey(key("b")));
  });

  promises("a key is there where anything was reported for it, and not above or below", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(checkEvaluation(key("a", "b"), { checkName: "c", passed: true }));
    expect(await api.hasAssetKey(key("a", "b"))).toBe(true);
    expect(await api.hasAssetKey(key("a"))).toBe(false);
    expect(await api.hasAssetKey(key("a/b"))).toBe(false);
    expect(await api.hasAssetKey(key("a", "b", "c"))).toBe(false);
  });
}
