import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { overviewOf } from "../../default-overview.ts";
import type { WipeTarget } from "../../event-log.ts";
import { createMemoryEventLog } from "../../memory/memory-event-log.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, idsOf, readIds, record } from "./harness.ts";
import { readChecks, readKeys, readPartitions } from "./walk-pages.ts";

const c = { checkName: "c", passed: true };
const p = { partition: "p" };

export function wipingContract(declareTest: DeclareTest): void {
  declareTest("a wiped asset is gone at once, with its events of all kinds, from every read", async ({ log }) => {
    await record(log, materialization("a", p), observation("a"), checkEvaluation("a", c), materialization("b"));
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await Promise.all([1, 2, 3].map((id) => log.get(id)))).toEqual([undefined, undefined, undefined]);
    expect(await readIds(log)).toEqual([4, 5]);
    expect(await readIds(log, { assetKey: ["a"] }, { order: "desc" })).toEqual([5]);
    expect(await readIds(log, { checkName: "c" })).toEqual([]);
    expect(await log.asset(["a"])).toBeUndefined();
    expect(await readKeys(log)).toEqual([["b"]]);
    expect(await readPartitions(log, ["a"])).toEqual([]);
    expect(await readChecks(log, ["a"])).toEqual([]);
  });

  declareTest("a wiped partition is gone with its events of all kinds, and the others stay", async ({ log }) => {
    await record(
      log,
      materialization("a", p),
      materialization("a", { partition: "q" }),
      observation("a", p),
      checkEvaluation("a", { ...c, ...p }),
      checkEvaluation("a", { ...c, partition: "q", passed: false }),
      materialization("a"),
      materialization("b", p),
    );
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    expect(await readIds(log)).toEqual([2, 5, 6, 7, 8]);
    expect(await log.asset(["a"])).toMatchObject({
      latestMaterialization: { id: 6 },
      latestObservation: null,
      checks: [{ id: 5 }],
      counts: { materializations: 2, observations: 0, checkEvaluations: 1, partitions: 1 },
    });
    expect((await readPartitions(log, ["a"])).map(({ partition }) => partition)).toEqual(["q"]);
    expect((await readChecks(log, ["a"])).map(({ partition }) => partition)).toEqual(["q"]);
  });

  declareTest("the partition null is what has none, and not the one with an empty name", async ({ log }) => {
    const empty = { partition: "" };
    await record(
      log,
      ...[materialization("a"), materialization("a", empty), observation("a"), observation("a", empty)],
      ...[checkEvaluation("a", c), checkEvaluation("a", { ...c, ...empty })],
    );
    await log.wipe({ assetKey: ["a"], partition: null }, null);
    expect(await readIds(log)).toEqual([2, 4, 6, 7]);
    await log.wipe({ assetKey: ["a"], partition: "" }, null);
    expect(await readIds(log)).toEqual([7, 8]);
    expect(await log.asset(["a"])).toBeUndefined();
  });

  declareTest("a partition that is undefined stands for the whole asset", async ({ log }) => {
    await record(log, materialization("a"), materialization("a", p));
    await log.wipe({ assetKey: ["a"], partition: undefined }, null);
    expect(await readIds(log)).toEqual([3]);
  });

  declareTest("a wiped event is gone, and its neighbours stay", async ({ log }) => {
    await record(log, materialization("a", p), materialization("a", p), materialization("a", p));
    await log.wipe({ eventId: 2 }, null);
    expect(await log.get(2)).toBeUndefined();
    expect(await readIds(log)).toEqual([1, 3, 4]);
    expect((await log.asset(["a"]))?.counts.materializations).toBe(2);
  });

  declareTest("a wipe leaves keys and partitions alone that only look like its own", async ({ log }) => {
    const keys: readonly AssetKey[] = [
      ["a"],
      ["a", "b"],
      ["a/b"],
      ["A", "b"],
      ["a", "b", "c"],
      ["a\u0000b"],
      ["a", "b\u0000"],
    ];
    const partitions = ["p", "P", "p\u0000", "p\u0000q", "pp", "", "\ufffd"];
    await record(log, ...keys.map((key) => materialization(key)));
    await record(log, ...partitions.map((partition) => materialization("x", { partition })));
    await log.wipe({ assetKey: ["a", "b"] }, null);
    await log.wipe({ assetKey: ["x"], partition: "p" }, null);
    expect(await readKeys(log)).toHaveLength(keys.length);
    expect((await readPartitions(log, ["x"])).map(({ partition }) => partition)).toEqual([
      "",
      "P",
      "p\u0000",
      "p\u0000q",
      "pp",
      "\ufffd",
    ]);
    await log.wipe({ assetKey: ["x"], partition: "p\u0000" }, null);
    expect(await readPartitions(log, ["x"])).toHaveLength(5);
  });

  declareTest("where there is nothing to wipe the answer is undefined, and no trace is left", async ({ log }) => {
    await record(log, materialization(["a", "b"], p), materialization("gone"), materialization("a", p));
    await log.wipe({ assetKey: ["gone"] }, null);
    await log.wipe({ eventId: 3 }, null);
    const targets: readonly WipeTarget[] = [
      ...[["gone"], ["a"], ["b"], ["a", "b", "c"], ["a/b"], ["A", "b"]].map((assetKey) => ({ assetKey })),
      ...["", "P", "p\u0000", "q", null].map((partition) => ({ assetKey: ["a", "b"], partition })),
      ...[2, 3, 0, -1, 6, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER, 2 ** 60].map((eventId) => ({ eventId })),
    ];
    for (const target of targets) expect(await log.wipe(target, "me")).toBeUndefined();
    expect(await readIds(log)).toEqual([1, 4, 5]);
    expect(await record(log, materialization("a"))).toEqual([6]);
  });

  declareTest("of wipes of one asset at once, one leaves a trace", async ({ log }) => {
    await record(log, materialization("a"), observation("a"));
    const traces = await Promise.all(Array.from({ length: 5 }, () => log.wipe({ assetKey: ["a"] }, null)));
    expect(traces.filter((trace) => trace !== undefined)).toHaveLength(1);
    expect(await readIds(log)).toEqual([3]);
  });

  declareTest("a wipe among reports hides those with smaller ids than its trace, and no others", async ({ log }) => {
    await record(log, materialization("a"));
    const reports = Array.from({ length: 60 }, (_, i) => log.append([[{ event: materialization(i % 2 ? "a" : "b") }]]));
    const wiped = log.wipe({ assetKey: ["a"] }, null);
    const later = Array.from({ length: 20 }, () => log.append([[{ event: materialization("a") }]]));
    const trace = (await wiped)?.id ?? 0;
    const ids = (await Promise.all([...reports, ...later])).flatMap((results) => results.flatMap(idsOf));
    const ofA = ids.filter((id, i) => id > trace && (i % 2 === 1 || i >= 60)).toSorted((x, y) => x - y);
    expect(await readIds(log, { assetKey: ["a"] })).toEqual([trace, ...ofA]);
    expect((await log.asset(["a"]))?.counts.materializations ?? 0).toBe(ofA.length);
    expect((await log.asset(["b"]))?.counts.materializations).toBe(30);
  });

  declareTest("an asset of many events goes at once, while its rows are still to be deleted", async ({ log }) => {
    const events = Array.from({ length: 5_000 }, (_, i) => materialization("a", { partition: String(i) }));
    await record(log, ...events);
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await readIds(log, {}, { limits: [1_000] })).toEqual([5_001]);
    expect(await readPartitions(log, ["a"])).toEqual([]);
    await record(log, ...events.slice(0, 3), checkEvaluation("a", c));
    expect(await readIds(log, {}, { order: "desc", limits: [2] })).toEqual([5_005, 5_004, 5_003, 5_002, 5_001]);
    expect((await log.asset(["a"]))?.counts).toMatchObject({ materializations: 3, partitions: 3, checkEvaluations: 1 });
  });

  declareTest(
    "a partition of many events goes at once, whatever lies between them, and others stay",
    async ({ log, overview }) => {
      const partitions = ["p", "q", null];
      const events = Array.from({ length: 12_000 }, (_, i) => {
        const partition = partitions[i % 3] ?? null;
        const timestamp = i % 5 === 0 ? 1_000_000 - i : i;
        if (i % 7 === 0)
          return checkEvaluation("a", { checkName: `c${i % 4}`, passed: i % 2 > 0, partition, timestamp });
        return i % 11 === 0
          ? observation("a", { partition, timestamp, dataVersion: `v${i}` })
          : materialization("a", { partition, timestamp });
      });
      const model = createMemoryEventLog({ now: () => noon });
      for (const one of [log, model]) await record(one, ...events);
      for (const partition of ["p", null]) {
        for (const one of [log, model]) await one.wipe({ assetKey: ["a"], partition }, null);
        expect(await log.asset(["a"])).toEqual(await model.asset(["a"]));
        expect(await readPartitions(log, ["a"])).toEqual(await readPartitions(model, ["a"]));
        expect(await readChecks(log, ["a"])).toEqual(await readChecks(model, ["a"]));
        expect(await readIds(log, {}, { limits: [1_000] })).toEqual(await readIds(model, {}, { limits: [1_000] }));
        expect(await overview.recent([["a"]], 5)).toEqual(await overviewOf(model).recent([["a"]], 5));
      }
    },
  );

  declareTest(
    "what is reported after a wipe is there, while what was wiped is still to be deleted",
    async ({ log, overview }) => {
      const check = checkEvaluation("a", { ...c, ...p, passed: false });
      const ofP = Array.from({ length: 1_500 }, (_, i) => (i % 2 ? materialization("a", p) : check));
      await record(log, observation("a"), ...ofP);
      for (let round = 0; round < 3; round++) {
        await log.wipe({ assetKey: ["a"], partition: "p" }, null);
        const [first = 0, second = 0] = await record(log, materialization("a", p), check);
        expect(await readIds(log, { partition: "p" }, { order: "desc" })).toContain(first);
        expect(await log.get(second)).toMatchObject({ id: second, partition: "p" });
        expect(await log.asset(["a"])).toMatchObject({
          latestMaterialization: { id: first },
          checks: [{ id: second }],
          counts: { materializations: 1, observations: 1, checkEvaluations: 1, partitions: 1 },
        });
        expect((await overview.recent([["a"]], 10)).flat().map(({ id }) => id)).toEqual([second, first, 1]);
        const [history] = await overview.checkHistories([{ assetKey: ["a"], checkName: "c" }], 10);
        expect(history).toMatchObject({ total: 1, evaluations: [{ id: second }] });
        expect(await overview.failingChecks([["a"]], 10)).toMatchObject([[{ id: second }]]);
      }
    },
  );

  declareTest("wipes of partitions and the reports among them are as if one came after the other", async ({ log }) => {
    const partitions = ["p", "q", "r"];
    const reports = Array.from({ length: 90 }, (_, i) =>
      record(log, materialization("a", { partition: partitions[i % 3] ?? null })),
    );
    const wipes = partitions.slice(0, 2).map((partition) => log.wipe({ assetKey: ["a"], partition }, null));
    const later = partitions.map((partition) => record(log, materialization("a", { partition })));
    const traces = (await Promise.all(wipes)).map((trace) => trace?.id ?? 0);
    const ids = (await Promise.all([...reports, ...later])).flat();
    const kept = ids.filter((id, i) => id > (traces[i % 3] ?? 0));
    expect(await readIds(log)).toEqual([...kept, ...traces].filter((id) => id > 0).toSorted((x, y) => x - y));
    expect((await log.asset(["a"]))?.counts.materializations).toBe(kept.length);
  });
}
