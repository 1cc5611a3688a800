import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, record } from "./harness.ts";
import { readChecks, readKeys, readPartitions } from "./walk-pages.ts";

const c = { checkName: "c", passed: true };

export function wipeSummariesContract(declareTest: DeclareTest): void {
  declareTest("when the latest event is wiped, the one before it by (timestamp, id) is the latest", async ({ log }) => {
    const times = [10, 40, 20, 40, 30];
    await record(log, ...times.map((timestamp) => materialization("a", { partition: "p", timestamp })));
    for (const [wiped, latest] of [
      [4, 2],
      [2, 5],
      [1, 5],
      [5, 3],
    ] as const) {
      await log.wipe({ eventId: wiped }, null);
      expect((await log.asset(["a"]))?.latestMaterialization?.id).toBe(latest);
      expect((await readPartitions(log, ["a"]))[0]?.latestMaterialization.id).toBe(latest);
    }
  });

  declareTest("each kind has a latest of its own again", async ({ log }) => {
    await record(
      log,
      ...[materialization("a", { timestamp: 1 }), materialization("a", { timestamp: 5 })],
      ...[observation("a", { timestamp: 2 }), observation("a", { timestamp: 6 })],
      ...[checkEvaluation("a", { ...c, timestamp: 3 }), checkEvaluation("a", { ...c, timestamp: 7 })],
    );
    for (const eventId of [2, 4, 6]) await log.wipe({ eventId }, null);
    expect(await log.asset(["a"])).toMatchObject({
      latestMaterialization: { id: 1 },
      latestObservation: { id: 3 },
      checks: [{ id: 5 }],
      counts: { materializations: 1, observations: 1, checkEvaluations: 1, partitions: 0 },
    });
  });

  declareTest("the data version goes back to the latest event left that carries one", async ({ log }) => {
    await record(
      log,
      materialization("a", { dataVersion: "m1", timestamp: 1 }),
      observation("a", { dataVersion: "o2", timestamp: 2 }),
      materialization("a", { timestamp: 3 }),
      materialization("a", { dataVersion: "m4", timestamp: 4 }),
    );
    const versions: (string | null | undefined)[] = [];
    for (const eventId of [4, 2, 1]) {
      await log.wipe({ eventId }, null);
      versions.push((await log.asset(["a"]))?.dataVersion);
    }
    expect(versions).toEqual(["o2", "m1", null]);
  });

  declareTest("a check goes back to its latest evaluation over the partitions that are left", async ({ log }) => {
    await record(
      log,
      checkEvaluation("a", { ...c, partition: "p", timestamp: 3 }),
      checkEvaluation("a", { ...c, partition: "q", timestamp: 2 }),
      checkEvaluation("a", { ...c, timestamp: 1 }),
      checkEvaluation("a", { ...c, checkName: "d", partition: "p", timestamp: 9 }),
    );
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    expect((await log.asset(["a"]))?.checks.map(({ id }) => id)).toEqual([2]);
    await log.wipe({ eventId: 2 }, null);
    expect((await log.asset(["a"]))?.checks.map(({ id }) => id)).toEqual([3]);
    expect((await readChecks(log, ["a"])).map(({ partition, evaluations }) => [partition, evaluations])).toEqual([
      [null, 1],
    ]);
  });

  declareTest("a partition is there while it has a materialization, whatever else it has", async ({ log }) => {
    const p = { partition: "p" };
    await record(log, materialization("a", p), observation("a", p), materialization("a", p));
    await log.wipe({ eventId: 1 }, null);
    expect((await readPartitions(log, ["a"])).map(({ materializations }) => materializations)).toEqual([1]);
    await log.wipe({ eventId: 3 }, null);
    expect(await readPartitions(log, ["a"])).toEqual([]);
    expect((await log.asset(["a"]))?.counts).toMatchObject({ materializations: 0, observations: 1, partitions: 0 });
  });

  declareTest("an asset whose last event is wiped has no record", async ({ log }) => {
    await record(log, checkEvaluation("a", c), materialization("b"));
    await log.wipe({ eventId: 1 }, null);
    await log.wipe({ assetKey: ["b"], partition: null }, null);
    expect([await log.asset(["a"]), await log.asset(["b"])]).toEqual([undefined, undefined]);
    expect(await readKeys(log)).toEqual([]);
    expect(await readChecks(log, ["a"])).toEqual([]);
  });

  declareTest("an asset reported after its wipe starts anew, however often", async ({ log }) => {
    for (let round = 0; round < 3; round++) {
      await record(
        log,
        materialization("a", { partition: "p", dataVersion: `v${round}`, timestamp: 100 - round }),
        checkEvaluation("a", { ...c, checkName: `c${round}`, timestamp: 100 - round }),
      );
      expect(await log.asset(["a"])).toMatchObject({
        latestMaterialization: { id: 3 * round + 1 },
        dataVersion: `v${round}`,
        checks: [{ checkName: `c${round}` }],
        counts: { materializations: 1, observations: 0, checkEvaluations: 1, partitions: 1 },
      });
      expect(await readKeys(log)).toEqual([["a"]]);
      await log.wipe({ assetKey: ["a"] }, null);
    }
  });

  declareTest("a partition and a check reported after their wipe start anew", async ({ log }) => {
    const p = { partition: "p" };
    await record(log, materialization("a", { ...p, timestamp: 9 }), checkEvaluation("a", { ...c, ...p, timestamp: 9 }));
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    await record(log, materialization("a", { ...p, timestamp: 1 }), checkEvaluation("a", { ...c, ...p, timestamp: 1 }));
    expect(await readPartitions(log, ["a"])).toMatchObject([{ materializations: 1, latestMaterialization: { id: 4 } }]);
    expect(await readChecks(log, ["a"])).toMatchObject([{ evaluations: 1, latestEvaluation: { id: 5 } }]);
  });
}
