import { expect } from "bun:test";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

export function fetchingContract(promises: Promises): void {
  promises("events are fetched newest first, or oldest first when ascending", async ({ api, key }) => {
    const { ids } = await api.reportRunlessAssetEvents([1, 2, 3].map(() => materialization(key("a"))));
    const idsOf = async (ascending?: boolean) =>
      (await api.fetchMaterializations(key("a"), { ascending })).records.map(({ id }) => id);
    expect(await idsOf()).toEqual(ids.toReversed());
    expect(await idsOf(true)).toEqual([...ids]);
  });

  promises("a limit ends a page, and its cursor begins the next", async ({ api, key }) => {
    await api.reportRunlessAssetEvents(
      [1, 2, 3, 4, 5].flatMap((timestamp) => [materialization(key("a"), { timestamp }), observation(key("a"))]),
    );
    const first = await api.fetchMaterializations(key("a"), { limit: 3 });
    expect(first.records.map(({ timestamp }) => timestamp)).toEqual([5, 4, 3]);
    expect(first.hasMore).toBe(true);
    const second = await api.fetchMaterializations(key("a"), { limit: 3, cursor: first.cursor ?? "" });
    expect(second.records.map(({ timestamp }) => timestamp)).toEqual([2, 1]);
    expect(second.hasMore).toBe(false);
  });

  promises("a limit beyond one page is reached through as many as it takes", async ({ api, key }) => {
    const events = Array.from({ length: 1100 }, (_, i) => materialization(key("a"), { timestamp: i }));
    await api.reportRunlessAssetEvents(events);
    const { records, hasMore } = await api.fetchMaterializations(key("a"), { limit: 1050 });
    expect([records.length, hasMore]).toEqual([1050, true]);
    const all = await api.fetchMaterializations(key("a"), { limit: Number.POSITIVE_INFINITY });
    expect(all.records.map(({ timestamp }) => timestamp)).toEqual(events.map((_, i) => 1099 - i));
  });

  promises("filters narrow down by partition, times and ids", async ({ api, key }) => {
    const { ids } = await api.reportRunlessAssetEvents(
      [1, 2, 3, 4].map((n) => materialization(key("a"), { partition: `${n % 2}`, timestamp: n * 1000 })),
    );
    const [first = 0, second = 0, third = 0, fourth = 0] = ids;
    const assetKey = key("a");
    const found = async (filter: object) =>
      (await api.fetchMaterializations({ assetKey, ...filter }, { ascending: true })).records.map(({ id }) => id);
    expect(await found({ partition: "1" })).toEqual([first, third]);
    expect(await found({ since: 2000, until: 4000 })).toEqual([second, third]);
    expect(await found({ after: first, before: fourth })).toEqual([second, third]);
    expect(await found({ partition: "0", since: 2001 })).toEqual([fourth]);
  });

  promises("checks narrow down by their name", async ({ api, key }) => {
    const check = (checkName: string) => checkEvaluation(key("a"), { checkName, passed: true });
    await api.reportRunlessAssetEvents([check("c"), check("d"), check("c")]);
    const { records } = await api.fetchAssetCheckEvaluations({ assetKey: key("a"), checkName: "c" });
    expect(records.map(({ checkName }) => checkName)).toEqual(["c", "c"]);
  });

  promises("a key without events has none", async ({ api, key }) => {
    expect(await api.fetchMaterializations(key("never"))).toMatchObject({ records: [], hasMore: false });
    expect(await api.fetchObservations(key("never"))).toMatchObject({ records: [], hasMore: false });
    expect(await api.fetchAssetCheckEvaluations(key("never"))).toMatchObject({ records: [], hasMore: false });
  });

  promises("a key that is a string is split on slashes", async ({ api, key }) => {
    await api.reportRunlessAssetEvent(materialization(key("a", "b")));
    expect((await api.fetchMaterializations(key("a", "b").join("/"))).records).toHaveLength(1);
    expect((await api.fetchMaterializations({ assetKey: key("a/b") })).records).toHaveLength(0);
  });

  promises("a limit that is no number of events and a cursor of another filter are refused", async ({ api, key }) => {
    await api.reportRunlessAssetEvents([materialization(key("a")), materialization(key("a"))]);
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      await expect(api.fetchMaterializations(key("a"), { limit })).rejects.toThrow(RangeError);
    }
    const { cursor } = await api.fetchMaterializations(key("a"), { limit: 1 });
    await expect(api.fetchObservations(key("a"), { cursor: cursor ?? "" })).rejects.toThrow(/cursor/);
  });
}
