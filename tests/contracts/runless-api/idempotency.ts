import { expect } from "bun:test";
import { materialization, observation } from "../../../core/index.ts";
import { expectCode, type Promises } from "./harness.ts";

export function idempotencyContract(promises: Promises): void {
  promises("a repetition under an idempotency key is answered with the first one", async ({ api, key }) => {
    const event = materialization(key("a"), { metadata: { rows: 5 } });
    const first = await api.reportRunlessAssetEvent(event, { idempotencyKey: "k" });
    const again = await api.reportRunlessAssetEvent(event, { idempotencyKey: "k" });
    expect(again).toEqual({ id: first.id, duplicate: true });
    expect((await api.fetchMaterializations(key("a"))).records).toHaveLength(1);
  });

  promises("another event under the same idempotency key rejects with conflict", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(materialization(key("a")), { idempotencyKey: "k" });
    const other = materialization(key("a"), { partition: "p" });
    await expectCode("conflict", api.reportRunlessAssetEvent(other, { idempotencyKey: "k" }));
  });

  promises("an idempotency key is scoped to the type and the asset", async ({ api, key }) => {
    const events = [materialization(key("a")), observation(key("a")), materialization(key("b"))];
    for (const event of events) {
      expect(await api.reportRunlessAssetEvent(event, { idempotencyKey: "k" })).toMatchObject({ duplicate: false });
    }
  });

  promises("events without an idempotency key are recorded as often as they are reported", async ({ api, key }) => {
    const event = materialization(key("a"), { timestamp: 1 });
    await api.reportRunlessAssetEvent(event);
    await api.reportRunlessAssetEvent(event);
    await api.reportRunlessAssetEvents([event, event]);
    expect((await api.fetchMaterializations(key("a"))).records).toHaveLength(4);
  });

  promises("duplicates among several events are counted, and have the ids of the first ones", async ({ api, key }) => {
    const keyed = { event: materialization(key("a")), idempotencyKey: "k" };
    const { id } = await api.reportRunlessAssetEvent(keyed.event, { idempotencyKey: "k" });
    const { recorded, duplicates, ids } = await api.reportRunlessAssetEvents([materialization(key("a")), keyed]);
    expect([recorded, duplicates, ids[1]]).toEqual([1, 1, id]);
  });
}
