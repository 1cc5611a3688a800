import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import { type AssetFacts, mostWaitChecks, type WaitAsk, waitReadsOf } from "../../wait-reads.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, record } from "./harness.ts";

const hour = 3_600_000;

async function factsOf(log: EventLog, ask: Omit<WaitAsk, "assetKey"> = {}, key = "a"): Promise<AssetFacts | undefined> {
  return (await waitReadsOf(log).waitFacts([{ assetKey: [key], ...ask }]))[0];
}

const evaluation = (checkName: string, partition: string | null, passed = true, timestamp: number | null = null) =>
  checkEvaluation("a", { checkName, partition, passed, timestamp });

export function waitFactsContract(declareTest: DeclareTest): void {
  declareTest("the newest materialization is that of the partition, else of the asset", async ({ log }) => {
    await record(
      log,
      materialization("a", { partition: "p", timestamp: noon - hour }),
      materialization("a", { timestamp: noon - 2 * hour }),
      materialization("a", { partition: "", timestamp: noon - 3 * hour }),
      observation("a"),
      materialization("b"),
    );
    const newest = async (partition?: string) => (await factsOf(log, { partition }))?.materialization;
    expect(await newest()).toEqual({ id: 1, at: noon - hour, partition: "p" });
    expect(await newest("p")).toEqual({ id: 1, at: noon - hour, partition: "p" });
    expect(await newest("")).toEqual({ id: 3, at: noon - 3 * hour, partition: "" });
    expect(await newest("q")).toBe(null);
    const nothing = { materialization: null, evaluations: [], hasMoreChecks: false, observedAt: null };
    expect(await factsOf(log, { checks: "all" }, "c")).toEqual({ assetKey: ["c"], ...nothing });
    const ids = (await waitReadsOf(log).waitFacts([{ assetKey: ["b"] }, { assetKey: ["c"] }, { assetKey: ["a"] }])).map(
      (facts) => facts.materialization?.id,
    );
    expect(ids).toEqual([5, undefined, 1]);
    expect(await waitReadsOf(log).waitFacts([])).toEqual([]);
  });

  declareTest("an event that is ahead of its receipt counts as of its receipt", async ({ log, clock }) => {
    const ahead = { timestamp: noon + 5 * hour };
    await record(log, materialization("a", ahead), evaluation("c", null, false, ahead.timestamp));
    expect((await factsOf(log))?.materialization).toEqual({ id: 1, at: noon, partition: null });
    clock.now += hour;
    await record(log, materialization("a"), evaluation("c", null));
    await record(log, materialization("a", { timestamp: noon - hour, partition: "p" }));
    const facts = await factsOf(log, { checks: ["c"] });
    expect(facts?.materialization).toEqual({ id: 3, at: noon + hour, partition: null });
    expect(facts?.evaluations.map(({ id, passed }) => [id, passed])).toEqual([[4, true]]);
    await log.wipe({ eventId: 3 }, null);
    expect((await factsOf(log))?.materialization).toEqual({ id: 1, at: noon, partition: null });
    await log.wipe({ assetKey: ["a"], partition: null }, null);
    expect((await factsOf(log, { checks: "all" }))?.materialization).toEqual({
      id: 5,
      at: noon - hour,
      partition: "p",
    });
  });

  declareTest("the newest observation is told where it is asked for", async ({ log, clock }) => {
    await record(log, observation("a", { timestamp: noon + 5 * hour }), materialization("a"));
    const observedAt = async () => (await factsOf(log, { observations: true }))?.observedAt;
    expect([await observedAt(), (await factsOf(log))?.observedAt]).toEqual([noon, null]);
    clock.now += hour;
    await record(log, observation("a", { partition: "p" }), observation("a", { timestamp: noon - hour }));
    expect(await observedAt()).toBe(noon + hour);
    expect((await factsOf(log, { observations: true }, "b"))?.observedAt).toBe(null);
  });

  declareTest("what a wipe has hidden counts no more, before it is deleted too", async ({ log, clock }) => {
    await record(log, materialization("a", { timestamp: noon + 5 * hour, partition: "q" }));
    clock.now += hour;
    await record(log, ...Array.from({ length: 1500 }, () => materialization("a", { partition: "p" })));
    expect((await factsOf(log))?.materialization?.id).toBe(1501);
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    expect((await factsOf(log))?.materialization).toEqual({ id: 1, at: noon, partition: "q" });
  });

  declareTest(
    "the evaluations are those of the partition, else of the materialization's and of none",
    async ({ log }) => {
      await record(
        log,
        ...[materialization("a", { partition: "p" }), evaluation("c", "p", false), evaluation("c", "q")],
        ...[evaluation("c", null), evaluation("d", "p"), evaluation("e", "q", false)],
        ...[evaluation("c", "p"), evaluation("c", null, false)],
      );
      const read = async (ask: Omit<WaitAsk, "assetKey">) => {
        const { evaluations = [] } = (await factsOf(log, ask)) ?? {};
        return evaluations.map(({ checkName, partition, id }) => `${checkName} ${partition} ${id}`).toSorted();
      };
      expect(await read({})).toEqual([]);
      expect(await read({ checks: ["c", "d", "other"] })).toEqual(["c null 8", "c p 7", "d p 5"]);
      expect(await read({ checks: ["c", "e"], partition: "q" })).toEqual(["c q 3", "e q 6"]);
      expect(await read({ checks: "all", partition: "p" })).toEqual(["c p 7", "d p 5"]);
      expect(await read({ checks: "all" })).toEqual(["c null 8", "c p 7", "d p 5", "e q 6"]);
      expect((await factsOf(log, { checks: ["e"], partition: "q" }))?.evaluations).toEqual([
        { checkName: "e", partition: "q", id: 6, passed: false, severity: "ERROR" },
      ]);
    },
  );

  declareTest("the checks of an asset that has very many are not all of them", async ({ log }) => {
    await record(log, ...Array.from({ length: mostWaitChecks }, (_, i) => evaluation(`c${i}`, null)));
    const full = await factsOf(log, { checks: "all" });
    expect([full?.evaluations.length, full?.hasMoreChecks]).toEqual([mostWaitChecks, false]);
    await record(log, evaluation("one more", null));
    expect((await factsOf(log, { checks: "all" }))?.hasMoreChecks).toBe(true);
    expect((await factsOf(log, { checks: ["one more"] }))?.hasMoreChecks).toBe(false);
  });

  declareTest("the keys of what came after an id are told with the newest id, wipes among them", async ({ log }) => {
    const reads = waitReadsOf(log);
    const keysAfter = async (id: number) => (await reads.changesAfter(id)).keys?.map((key) => key.join("/")).toSorted();
    expect(await reads.changesAfter(0)).toEqual({ newestId: 0, keys: [] });
    await record(log, materialization("a"), observation("b"), materialization("a/b"), materialization("a"));
    expect(await reads.changesAfter(Number.MAX_SAFE_INTEGER)).toEqual({ newestId: 4, keys: [] });
    expect([await keysAfter(0), await keysAfter(1), await keysAfter(3)]).toEqual([
      ["a", "a/b", "b"],
      ["a", "a/b", "b"],
      ["a"],
    ]);
    await log.wipe({ assetKey: ["b"] }, null);
    expect(await reads.changesAfter(4)).toEqual({ newestId: 5, keys: [["b"]] });
    await record(log, ...Array.from({ length: 1200 }, () => materialization("a")));
    expect(await reads.changesAfter(4)).toEqual({ newestId: 1205, keys: null });
    expect(await reads.changesAfter(1000)).toEqual({ newestId: 1205, keys: [["a"]] });
  });
}
