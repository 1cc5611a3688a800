import { expect } from "bun:test";
import type { RunlessApi } from "../../../adapters/api/runless-api.ts";
import {
  type AssetKey,
  checkEvaluation,
  freshnessStateChange,
  materialization,
  observation,
} from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

/** What only a caller in JavaScript can hand in. */
const loose = (value: unknown) => value as never;

/** Every option of every method, but for the signal, which has tests of its own. */
const calls = (a: AssetKey): readonly (readonly [string, string, (api: RunlessApi, options: object) => unknown])[] => {
  const filters = ["partition", "since", "until", "after", "before"];
  const filtered = (name: "fetchMaterializations" | "fetchObservations" | "fetchAssetCheckEvaluations") =>
    [...filters, ...(name === "fetchAssetCheckEvaluations" ? ["checkName"] : [])].map(
      (option) =>
        [name, option, (api: RunlessApi, options: object) => api[name](loose({ assetKey: a, ...options }))] as const,
    );
  const fetched = (name: "fetchMaterializations" | "fetchObservations" | "fetchAssetCheckEvaluations") =>
    ["limit", "cursor", "ascending", "signal"].map(
      (option) => [name, option, (api: RunlessApi, options: object) => api[name](a, loose(options))] as const,
    );
  const signalled = (name: string, call: (api: RunlessApi, options: object) => unknown) =>
    [name, "signal", call] as const;
  return [
    ...filtered("fetchMaterializations"),
    ...filtered("fetchObservations"),
    ...filtered("fetchAssetCheckEvaluations"),
    ...fetched("fetchMaterializations"),
    ...fetched("fetchObservations"),
    ...fetched("fetchAssetCheckEvaluations"),
    ...["after", "before", "signal"].map(
      (option) =>
        [
          "getMaterializedPartitions",
          option,
          (api: RunlessApi, options: object) => api.getMaterializedPartitions(a, loose(options)),
        ] as const,
    ),
    ...["prefix", "limit", "cursor", "signal"].map(
      (option) =>
        ["getAssetKeys", option, (api: RunlessApi, options: object) => api.getAssetKeys({ ...options })] as const,
    ),
    signalled("getLatestMaterializationEvent", (api, options) => api.getLatestMaterializationEvent(a, options)),
    signalled("getLatestMaterializationEvents", (api, options) => api.getLatestMaterializationEvents([a], options)),
    signalled("getStatusByPartition", (api, options) => api.getStatusByPartition(a, ["p"], options)),
    signalled("getAssetRecords", (api, options) => api.getAssetRecords([a], options)),
    signalled("hasAssetKey", (api, options) => api.hasAssetKey(a, options)),
  ];
};

export function argumentsContract(promises: Promises): void {
  const filled = async ({ api, key }: Parameters<Parameters<Promises>[1]>[0]) => {
    const a = key("a");
    await api.reportRunlessAssetEvents([
      materialization(a, { partition: "p", timestamp: 1000 }),
      materialization(a, { timestamp: 2000 }),
      observation(a, { partition: "", timestamp: 3000 }),
      checkEvaluation(a, { checkName: "c", passed: true, timestamp: 4000 }),
    ]);
    return a;
  };

  promises(
    "an option that is undefined is one that was left out, and so is null, where it can mean nothing else",
    async (subject) => {
      const { api } = subject;
      const a = await filled(subject);
      for (const [name, option, call] of calls(a)) {
        const expected = await call(api, {});
        expect([name, option, await call(api, { [option]: undefined })]).toEqual([name, option, expected]);
        // Of what has no partition or name, or of everything? Nobody could tell.
        if (option === "partition" || option === "checkName") {
          await expect(call(api, { [option]: null })).rejects.toThrow(TypeError);
        } else expect([name, option, await call(api, { [option]: null })]).toEqual([name, option, expected]);
      }
    },
  );

  promises("options may be undefined or null altogether", async (subject) => {
    const { api } = subject;
    const a = await filled(subject);
    for (const none of [undefined, loose(null)]) {
      expect((await api.fetchMaterializations(a, none)).records).toHaveLength(2);
      expect((await api.fetchObservations(a, none)).records).toHaveLength(1);
      expect((await api.fetchAssetCheckEvaluations(a, none)).records).toHaveLength(1);
      expect([...(await api.getMaterializedPartitions(a, none))]).toEqual(["p"]);
      expect((await api.getStatusByPartition(a, ["p"], none)).get("p")).toBe("MATERIALIZED");
      expect((await api.getAssetKeys(none)).assetKeys).toContainEqual([...a]);
      expect(await api.getAssetRecords([a], none)).toHaveLength(1);
      expect((await api.getAssetRecords(none)).map(({ assetKey }) => assetKey)).toContainEqual([...a]);
      expect(await api.hasAssetKey(a, none)).toBe(true);
      expect((await api.getLatestMaterializationEvent(a, none))?.timestamp).toBe(2000);
      expect((await api.getLatestMaterializationEvents([a], none)).size).toBe(1);
      expect((await api.reportRunlessAssetEvent(observation(a), none)).duplicate).toBe(false);
      expect((await api.reportRunlessAssetEvents([observation(a)], none)).recorded).toBe(1);
      expect(await api.wipeAssetPartitions(a, ["never"], none)).toEqual([]);
      expect(await api.wipeAssets([], none)).toEqual([]);
      expect((await api.fetchObservations(a)).records.length).toBeGreaterThan(1);
      await api.wipeAssets([a], none);
      await filled(subject);
    }
  });

  promises("an idempotency key that is undefined or null is none", async ({ api, key }) => {
    const event = materialization(key("a"), { timestamp: 1 });
    for (const idempotencyKey of [undefined, loose(null), undefined, loose(null)]) {
      expect(await api.reportRunlessAssetEvent(event, { idempotencyKey })).toMatchObject({ duplicate: false });
      const { recorded, duplicates } = await api.reportRunlessAssetEvents([{ event, idempotencyKey }]);
      expect([recorded, duplicates]).toEqual([1, 0]);
    }
    expect((await api.fetchMaterializations(key("a"))).records).toHaveLength(8);
  });

  promises("a wipe of null is of the events without a partition, and of no other", async (subject) => {
    const { api } = subject;
    const a = await filled(subject);
    const traces = await api.wipeAssetPartitions(a, [null]);
    expect(traces).toMatchObject([
      { type: "ASSET_WIPED", partition: null, metadata: { what: { rawValue: "partition" } } },
    ]);
    expect((await api.fetchMaterializations(a)).records.map(({ partition }) => partition)).toEqual(["p"]);
    expect((await api.fetchObservations(a)).records.map(({ partition }) => partition)).toEqual([""]);
    expect((await api.fetchAssetCheckEvaluations(a)).records).toEqual([]);
    expect(await api.wipeAssetPartitions(a, [null])).toEqual([]);
    expect(await api.wipeAssetPartitions(a, ["", null, "p"])).toMatchObject([{ partition: "" }, { partition: "p" }]);
    expect(await api.hasAssetKey(a)).toBe(false);
  });

  promises("a wipe of partitions never becomes one of the asset, whatever stands for a partition", async (subject) => {
    const { api } = subject;
    const a = await filled(subject);
    for (const wrong of [undefined, 1, {}, ["p"], true]) {
      await expect(api.wipeAssetPartitions(a, loose(["never", wrong]))).rejects.toThrow(TypeError);
    }
    // biome-ignore lint/suspicious/noSparseArray: what a caller may build by mistake
    await expect(api.wipeAssetPartitions(a, loose(["never", , "p"]))).rejects.toThrow(TypeError);
    for (const none of [undefined, null]) await expect(api.wipeAssetPartitions(a, loose(none))).rejects.toThrow();
    expect(await api.wipeAssetPartitions(a, [])).toEqual([]);
    expect((await api.fetchMaterializations(a)).records).toHaveLength(2);
  });

  promises("a wipe of no key, or of one that names nothing, wipes nothing", async (subject) => {
    const { api } = subject;
    const a = await filled(subject);
    for (const wrong of [undefined, null, "", "/", [], [""]]) {
      await expect(api.wipeAssets(loose([wrong]))).rejects.toThrow();
      await expect(api.wipeAssetPartitions(loose(wrong), ["p"])).rejects.toThrow();
    }
    for (const none of [undefined, null]) await expect(api.wipeAssets(loose(none))).rejects.toThrow();
    expect(await api.wipeAssets([])).toEqual([]);
    expect((await api.fetchMaterializations(a)).records).toHaveLength(2);
  });

  promises("times and ids that are none are refused, and the greatest that there are taken", async (subject) => {
    const { api } = subject;
    const assetKey = await filled(subject);
    const found = async (filter: object) => (await api.fetchMaterializations({ assetKey, ...filter })).records.length;
    for (const wrong of [Number.NaN, 1.5, Number.POSITIVE_INFINITY, 8.64e15 + 1, loose("1"), loose(new Date())]) {
      await expect(found({ since: wrong })).rejects.toThrow(RangeError);
      await expect(found({ until: wrong })).rejects.toThrow(RangeError);
    }
    for (const wrong of [Number.NaN, 1.5, -1, Number.NEGATIVE_INFINITY, loose("1")]) {
      await expect(found({ after: wrong })).rejects.toThrow(RangeError);
      await expect(found({ before: wrong })).rejects.toThrow(RangeError);
      await expect(api.getMaterializedPartitions(assetKey, { after: wrong })).rejects.toThrow(RangeError);
    }
    expect(await found({ since: -8.64e15, until: 8.64e15, after: 0, before: Number.MAX_SAFE_INTEGER })).toBe(2);
    expect(await found({ after: Number.MAX_SAFE_INTEGER })).toBe(0);
    expect([...(await api.getMaterializedPartitions(assetKey, { before: Number.MAX_SAFE_INTEGER }))]).toEqual(["p"]);
  });

  promises("a filter's other members, and a lone surrogate, are taken alike everywhere", async ({ api, key }) => {
    const a = key("a");
    await api.reportRunlessAssetEvent(checkEvaluation(a, { checkName: "\ud800", passed: true, partition: "\udfff" }));
    const filter = { assetKey: a, checkName: "\ud800", partition: "\udfff" };
    const { records } = await api.fetchAssetCheckEvaluations(filter);
    expect(records.map(({ checkName, partition }) => [checkName, partition])).toEqual([["\ufffd", "\ufffd"]]);
    expect((await api.fetchAssetCheckEvaluations(loose({ ...filter, nonsense: 1, type: "x" }))).records).toHaveLength(
      1,
    );
    expect(await api.wipeAssetPartitions(a, ["\udfff"])).toHaveLength(1);
  });

  promises("an event that a program built by hand is taken or refused alike", async ({ api, key }) => {
    const type = "ASSET_MATERIALIZATION";
    const least = loose({ type, assetKey: key("a").join("/") });
    await api.reportRunlessAssetEvent(least);
    await api.reportRunlessAssetEvents([least, { event: least, idempotencyKey: "k" }]);
    const dated = loose({ type, assetKey: key("a"), timestamp: new Date(5), partition: undefined, tags: null });
    await api.reportRunlessAssetEvent(dated);
    const { records } = await api.fetchMaterializations(key("a"), { ascending: true });
    expect(records.map(({ timestamp, partition, tags }) => [timestamp === 5, partition, tags])).toEqual([
      [false, null, {}],
      [false, null, {}],
      [false, null, {}],
      [true, null, {}],
    ]);
    const wrong = [
      {},
      { type: "nonsense", assetKey: key("a") },
      freshnessStateChange(key("a"), null, {
        state: "PASS",
        previousState: "FAIL",
        reason: "reported",
        deadline: null,
        lastAt: 5,
      }),
      { type, assetKey: [] },
      { type, assetKey: key("a"), partition: 5 },
      { type, assetKey: key("a"), timestamp: "noon" },
      { type: "ASSET_CHECK_EVALUATION", assetKey: key("a"), checkName: "c" },
    ];
    for (const event of wrong) {
      await expect(api.reportRunlessAssetEvent(loose(event))).rejects.toMatchObject({ code: "invalid_event" });
      await expect(api.reportRunlessAssetEvents([loose(event)])).rejects.toMatchObject({ code: "invalid_event" });
    }
    expect((await api.fetchMaterializations(key("a"))).records).toHaveLength(4);
  });
}
