import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import type { Maintenance } from "../../maintenance.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import {
  appendUnit,
  type DeclareTest,
  duplicate,
  expectError,
  idsOf,
  keyed,
  readIds,
  record,
  recorded,
} from "./harness.ts";
import { readChecks, readPartitions } from "./walk-pages.ts";

const c = { checkName: "c", passed: true };
const day = 24 * 60 * 60 * 1000;
const all = (before: number) => ({
  ASSET_MATERIALIZATION: before,
  ASSET_OBSERVATION: before,
  ASSET_CHECK_EVALUATION: before,
  ASSET_WIPED: before,
});
const pruneAll = (log: EventLog & Maintenance) => log.prune({ events: all(noon + day) });

export function pruningContract(declareTest: DeclareTest<EventLog & Maintenance>): void {
  declareTest(
    "what was received before goes, and what was received at the time or later stays",
    async ({ log, clock }) => {
      for (const now of [noon, noon + 1, noon + 2]) {
        clock.now = now;
        await record(log, materialization("a", { timestamp: 0 }), materialization("a", { timestamp: now }));
      }
      expect(await log.prune({ events: all(noon + 2) })).toBe(4);
      expect(await readIds(log)).toEqual([5, 6]);
      expect(await log.get(1)).toBeUndefined();
      expect(await log.prune({ events: all(noon + 2) })).toBe(0);
    },
  );

  declareTest("a kind that is not named is kept, whatever its age", async ({ log }) => {
    const both = [materialization("a"), observation("a")];
    await record(log, ...both, ...both, checkEvaluation("a", c));
    expect(await log.prune({ events: { ASSET_OBSERVATION: noon + day } })).toBe(1);
    expect(await readIds(log)).toEqual([1, 3, 4, 5]);
    expect(await log.prune({})).toBe(0);
  });

  declareTest("the latest of an asset, a partition and a check stay, by (timestamp, id)", async ({ log }) => {
    const p = { partition: "p" };
    await record(
      log,
      ...[materialization("a", { timestamp: 9 }), materialization("a", { timestamp: 8 })],
      ...[materialization("a", { ...p, timestamp: 3 }), materialization("a", { ...p, timestamp: 3 })],
      ...[observation("a", { ...p, timestamp: 2 }), observation("a", { ...p, timestamp: 1 })],
      ...[checkEvaluation("a", { ...c, ...p, timestamp: 5 }), checkEvaluation("a", { ...c, ...p, timestamp: 4 })],
      ...[checkEvaluation("a", { ...c, timestamp: 4 }), checkEvaluation("a", { ...c, timestamp: 3 })],
      observation("b"),
    );
    await pruneAll(log);
    expect(await readIds(log)).toEqual([1, 4, 5, 7, 9, 11]);
    expect(await log.asset(["a"])).toMatchObject({
      latestMaterialization: { id: 1 },
      latestObservation: { id: 5 },
      checks: [{ id: 7 }],
    });
    expect((await readPartitions(log, ["a"])).map(({ latestMaterialization }) => latestMaterialization.id)).toEqual([
      4,
    ]);
    expect((await readChecks(log, ["a"])).map(({ latestEvaluation }) => latestEvaluation.id)).toEqual([9, 7]);
  });

  declareTest("the event that gives the data version stays", async ({ log }) => {
    await record(
      log,
      materialization("a", { dataVersion: "v1", timestamp: 1 }),
      materialization("a", { dataVersion: "v2", timestamp: 2 }),
      materialization("a", { timestamp: 3 }),
      materialization("b"),
    );
    await pruneAll(log);
    expect(await readIds(log)).toEqual([2, 3, 4]);
    expect((await log.asset(["a"]))?.dataVersion).toBe("v2");
  });

  declareTest("counts are of the events that are kept", async ({ log }) => {
    const p = { partition: "p" };
    await record(log, ...[1, 2, 3].flatMap(() => [materialization("a", p), observation("a"), checkEvaluation("a", c)]));
    await pruneAll(log);
    const counts = { materializations: 1, observations: 1, checkEvaluations: 1, partitions: 1 };
    expect((await log.asset(["a"]))?.counts).toEqual(counts);
    expect(await readPartitions(log, ["a"])).toMatchObject([{ materializations: 1 }]);
    expect(await readChecks(log, ["a"])).toMatchObject([{ evaluations: 1 }]);
    expect(await log.stats()).toMatchObject({
      assets: 1,
      events: { ASSET_MATERIALIZATION: 1, ASSET_OBSERVATION: 1, ASSET_CHECK_EVALUATION: 1 },
    });
    await record(log, materialization("a", p));
    expect((await log.asset(["a"]))?.counts.materializations).toBe(2);
  });

  declareTest("what was the latest once goes when it is no longer", async ({ log }) => {
    await record(log, materialization("a"), observation("b"));
    expect(await pruneAll(log)).toBe(0);
    await record(log, materialization("a"), observation("b"));
    expect(await pruneAll(log)).toBe(2);
    expect(await readIds(log)).toEqual([3, 4]);
  });

  declareTest("when the latest is wiped after a prune, the latest that is left takes its place", async ({ log }) => {
    await record(log, ...[3, 1, 2].map((timestamp) => materialization("a", { timestamp })), observation("b"));
    await pruneAll(log);
    await record(log, materialization("a", { timestamp: 0 }));
    await log.wipe({ eventId: 1 }, null);
    expect(await log.asset(["a"])).toMatchObject({ latestMaterialization: { id: 5 }, counts: { materializations: 1 } });
    await log.wipe({ eventId: 5 }, null);
    expect(await log.asset(["a"])).toBeUndefined();
  });

  declareTest("ids go on behind the newest event, which stays, and times never go back", async ({ log, clock }) => {
    await record(log, materialization("a", { timestamp: 5 }), materialization("a", { timestamp: 1 }));
    expect(await pruneAll(log)).toBe(0);
    clock.now = noon - day;
    expect(await record(log, materialization("a", { timestamp: 0 }))).toEqual([3]);
    expect((await log.get(3))?.receivedAt).toBe(noon);
    expect(await pruneAll(log)).toBe(1);
    expect(await readIds(log)).toEqual([1, 3]);
  });

  declareTest("traces of wipes go too, in their own time", async ({ log }) => {
    await record(log, materialization("a"), materialization("b"));
    await log.wipe({ assetKey: ["a"] }, null);
    await record(log, materialization("b"));
    await log.prune({ events: { ...all(noon + day), ASSET_WIPED: 0 } });
    expect(await readIds(log)).toEqual([3, 4]);
    await pruneAll(log);
    expect(await readIds(log)).toEqual([4]);
  });

  declareTest("the greatest id that was pruned is told, of each type and of any", async ({ log }) => {
    const prunedIds = () =>
      Promise.all([log.prunedId(), log.prunedId("ASSET_OBSERVATION"), log.prunedId("ASSET_WIPED")]);
    await record(log, observation("a"), observation("a"), materialization("a"), materialization("a"));
    expect(await prunedIds()).toEqual([0, 0, 0]);
    await log.prune({ events: { ASSET_OBSERVATION: noon + day } });
    expect(await prunedIds()).toEqual([1, 1, 0]);
    await pruneAll(log);
    expect(await prunedIds()).toEqual([3, 1, 0]);
    await record(log, observation("a"));
    await pruneAll(log);
    expect(await prunedIds()).toEqual([3, 2, 0]);
  });

  declareTest("the clock that a prune went by is kept, until one goes by another", async ({ log }) => {
    expect(await log.prunedAt()).toBeUndefined();
    await record(log, materialization("a"));
    await log.prune({ clock: noon });
    expect(await log.prunedAt()).toBe(noon);
    await log.prune({ events: all(noon), clock: noon - day });
    await pruneAll(log);
    expect(await log.prunedAt()).toBe(noon - day);
    expect(await readIds(log)).toEqual([1]);
  });

  declareTest("what a wipe hid is not counted as pruned", async ({ log }) => {
    await record(log, ...Array.from({ length: 3_000 }, () => materialization("a")));
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await pruneAll(log)).toBe(0);
    expect(await log.prunedId()).toBe(0);
  });

  declareTest("keys outlive the events that they came with, until their own time", async ({ log }) => {
    const again = keyed(materialization("a", { description: "first" }));
    await appendUnit(log, again);
    await record(log, materialization("a"));
    expect(await pruneAll(log)).toBe(1);
    expect(await appendUnit(log, again)).toEqual(duplicate(1));
    expect(await appendUnit(log, keyed(materialization("a")))).toEqual({ status: "conflict", index: 0, id: 1 });
    expect(await log.prune({ idempotencyKeys: noon })).toBe(0);
    expect(await log.prune({ idempotencyKeys: noon + 1 })).toBe(0);
    const [id = 0] = idsOf(await appendUnit(log, again));
    expect(await readIds(log)).toEqual([2, id]);
  });

  declareTest("an event keeps the key that it was recorded with when the key's own time is over", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a"), "k"));
    await log.prune({ idempotencyKeys: noon + 1 });
    const { idempotencyKeys } = await log.query({}, { order: "asc", limit: 10 });
    expect([...idempotencyKeys]).toEqual([[1, "k"]]);
  });

  declareTest("a wipe of an asset takes the keys of what was pruned with it", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a"), "k"));
    await record(log, materialization("a"), materialization("b"));
    await pruneAll(log);
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await appendUnit(log, keyed(materialization("a"), "k"))).toEqual(recorded(5));
  });

  declareTest("a cursor stays right when the event that it points to is pruned", async ({ log }) => {
    await record(log, ...Array.from({ length: 6 }, () => materialization("a")));
    const { cursor } = await log.query({}, { order: "asc", limit: 3 });
    await pruneAll(log);
    const next = await log.query({}, { order: "asc", limit: 3, cursor: cursor ?? "" });
    expect(next.events.map(({ id }) => id)).toEqual([6]);
  });

  declareTest("many thousand go, among reports that are all kept", async ({ log, clock }) => {
    const old = Array.from({ length: 5_000 }, (_, i) =>
      materialization("a", { partition: String(i % 3), timestamp: i }),
    );
    await record(log, ...old);
    clock.now = noon + 1;
    const pruning = log.prune({ events: all(noon + 1) });
    const ids = await Promise.all(Array.from({ length: 20 }, () => record(log, observation("b"))));
    expect(await pruning).toBe(4_997);
    expect(await readIds(log)).toEqual([4_998, 4_999, 5_000, ...ids.flat()]);
    expect((await log.asset(["a"]))?.counts).toMatchObject({ materializations: 3, partitions: 3 });
  });

  declareTest("a log that is closed meanwhile ends it", async ({ log }) => {
    await record(log, ...Array.from({ length: 5_000 }, (_, i) => materialization("a", { timestamp: i })));
    const pruning = log.prune({ events: all(noon + day) }).then(
      () => "done",
      (error) => error.code,
    );
    await log.close();
    expect(["done", "closed"]).toContain(await pruning);
    await expectError("closed", log.prune({}));
    await expectError("closed", log.prunedId());
    await expectError("closed", log.prunedAt());
  });
}
