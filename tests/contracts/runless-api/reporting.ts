import { expect } from "bun:test";
import { checkEvaluation, float, formatEvent, int, materialization, observation } from "../../../core/index.ts";
import { expectCode, type Promises } from "./harness.ts";

export function reportingContract(promises: Promises): void {
  promises("a report answers the id under which the event can be fetched at once", async ({ api, key }) => {
    const { id, duplicate } = await api.reportRunlessAssetEvent(materialization(key("a"), { partition: "p" }));
    expect(duplicate).toBe(false);
    const { records } = await api.fetchMaterializations(key("a"));
    expect(records).toMatchObject([{ id, assetKey: key("a"), partition: "p" }]);
  });

  promises("an event comes back as it was reported, with every digit", async ({ api, key }) => {
    const event = materialization(key("a/b", "", "c"), {
      partition: "2026-11-23/é\u0000",
      timestamp: 1,
      description: "line\nline",
      dataVersion: "v1",
      tags: { __proto__x: "y", "": "empty" },
      metadata: {
        ...JSON.parse('{"__proto__": "kept"}'),
        float: float(1),
        int: int(2n ** 70n),
        nan: Number.NaN,
        minus: float(-0),
        json: { digits: float(2), big: int(-(2n ** 64n)), raw_value: [1, null] },
        url: { type: "url", rawValue: "https://example.com" },
        asset: { type: "asset", rawValue: ["x/y", "z"] },
        time: { type: "timestamp", rawValue: 1 },
        null: null,
        looksTyped: { type: "url", raw_value: "x" },
      },
    });
    await api.reportRunlessAssetEvent(event);
    const [found] = (await api.fetchMaterializations(key("a/b", "", "c"))).records;
    if (found === undefined) throw new Error("the event was not recorded");
    const { id, receivedAt } = found;
    expect(formatEvent(found)).toBe(formatEvent({ ...event, id, receivedAt, timestamp: 1 }));
  });

  promises("observations and checks keep what is theirs", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(observation(key("a"), { description: "seen" }));
    const check = { checkName: "c", passed: false, severity: "WARN", partition: "" } as const;
    await api.reportRunlessAssetEvent(checkEvaluation(key("a"), check));
    expect((await api.fetchObservations(key("a"))).records).toMatchObject([
      { type: "ASSET_OBSERVATION", description: "seen" },
    ]);
    expect((await api.fetchAssetCheckEvaluations(key("a"))).records).toMatchObject([
      { type: "ASSET_CHECK_EVALUATION", ...check },
    ]);
  });

  promises("an event without a timestamp takes the time of receipt", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(materialization(key("a")));
    const latest = await api.getLatestMaterializationEvent(key("a"));
    expect(latest?.timestamp).toBe(latest?.receivedAt ?? Number.NaN);
  });

  promises(
    "an event more than 24 hours ahead of the clock is refused, and all that come with it",
    async ({ api, key }) => {
      const ahead = (hours: number) => materialization(key("a"), { timestamp: Date.now() + hours * 3_600_000 });
      await api.reportRunlessAssetEvent(ahead(23));
      await expect(api.reportRunlessAssetEvent(ahead(25))).rejects.toThrow(/timestamp.* 24 hours ahead/);
      await expect(api.reportRunlessAssetEvents([ahead(0), ahead(25)])).rejects.toThrow(/24 hours ahead/);
      expect((await api.fetchMaterializations(key("a"))).records).toHaveLength(1);
    },
  );

  promises("an event that another log gave is judged by the clock of that log", async ({ api, key }) => {
    const day = 86_400_000;
    const receivedAt = Date.now() + 365 * day;
    const recorded = (timestamp: number) => ({ ...materialization(key("a"), { timestamp }), id: 7, receivedAt });
    await api.reportRunlessAssetEvent(recorded(receivedAt + day));
    await api.reportRunlessAssetEvents([recorded(receivedAt), { event: recorded(receivedAt - day) }]);
    expect((await api.fetchMaterializations(key("a"))).records).toHaveLength(3);
    await expect(api.reportRunlessAssetEvent(recorded(receivedAt + day + 1))).rejects.toThrow(/24 hours ahead/);
    const { id, ...without } = recorded(receivedAt);
    await expect(api.reportRunlessAssetEvent(without)).rejects.toThrow(/24 hours ahead/);
  });

  promises("several events are answered with ids in their order", async ({ api, key }) => {
    const events = [materialization(key("b")), { event: observation(key("a")) }, materialization(key("a"))];
    const { ids, recorded, duplicates } = await api.reportRunlessAssetEvents(events);
    expect([recorded, duplicates, ids.length]).toEqual([3, 0, 3]);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect((await api.getLatestMaterializationEvent(key("b")))?.id).toBe(ids[0] ?? Number.NaN);
    expect((await api.getLatestMaterializationEvent(key("a")))?.id).toBe(ids[2] ?? Number.NaN);
  });

  promises("no events are recorded as none", async ({ api }) => {
    expect(await api.reportRunlessAssetEvents([])).toEqual({ recorded: 0, duplicates: 0, ids: [] });
  });

  promises("several events are recorded together or not at all", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(materialization(key("a")), { idempotencyKey: "k" });
    const events = [
      { event: materialization(key("b")) },
      { event: materialization(key("a"), { partition: "other" }), idempotencyKey: "k" },
    ];
    await expectCode("conflict", api.reportRunlessAssetEvents(events));
    expect(await api.hasAssetKey(key("b"))).toBe(false);
  });
}
