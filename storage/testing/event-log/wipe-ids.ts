import { materialization, observation } from "../../../core/index.ts";
import type { WipeTarget } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { appendUnit, type DeclareTest, duplicate, keyed, readIds, record, recorded } from "./harness.ts";

/** Ids, idempotency keys and cursors after a wipe. */
export function wipeIdsContract(declareTest: DeclareTest): void {
  declareTest("the id of a wiped event is never used again", async ({ log }) => {
    await record(log, materialization("a"), materialization("b"));
    await log.wipe({ eventId: 2 }, null);
    expect(await record(log, materialization("a"))).toEqual([4]);
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await record(log, materialization("a"))).toEqual([6]);
    expect(await readIds(log)).toEqual([3, 5, 6]);
  });

  const targets: readonly WipeTarget[] = [{ assetKey: ["a"] }, { assetKey: ["a"], partition: "p" }, { eventId: 1 }];
  for (const target of targets) {
    declareTest(
      `the keys of what ${JSON.stringify(target)} wipes are free again, with any content`,
      async ({ log }) => {
        const event = materialization("a", { partition: "p" });
        await appendUnit(log, keyed(event));
        const { id: trace = 0 } = (await log.wipe(target, null)) ?? {};
        expect(await appendUnit(log, keyed({ ...event, description: "other" }))).toEqual(recorded(trace + 1));
        expect(await appendUnit(log, keyed({ ...event, description: "other" }))).toEqual(duplicate(trace + 1));
        expect(await appendUnit(log, keyed(event))).toMatchObject({ status: "conflict", id: trace + 1 });
      },
    );
  }

  declareTest(
    "keys of many events that a wipe hides are free at once, and hold again once they are used",
    async ({ log }) => {
      const units = Array.from({ length: 1_500 }, (_, i) => [keyed(materialization("a", { partition: "p" }), `k${i}`)]);
      await log.append(units);
      const other = units.map(([event]) => [keyed(materialization("a", { partition: "q" }), event?.idempotencyKey)]);
      await log.wipe({ assetKey: ["a"], partition: "p" }, null);
      expect(await log.append(other)).toEqual(units.map((_, i) => recorded(1_502 + i)));
      expect(await log.append(other)).toEqual(units.map((_, i) => duplicate(1_502 + i)));
      await log.wipe({ assetKey: ["a"], partition: "q" }, null);
      expect(await log.append(units.slice(0, 2))).toEqual([recorded(3_003), recorded(3_004)]);
    },
  );

  declareTest("keys of what is not wiped hold", async ({ log }) => {
    const kept = [
      keyed(materialization("a", { partition: "q" }), "q"),
      keyed(observation("a"), "none"),
      keyed(materialization("b", { partition: "p" }), "p"),
    ];
    await appendUnit(log, ...kept, keyed(materialization("a", { partition: "p" }), "p"));
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    expect(await appendUnit(log, ...kept)).toEqual(duplicate(1, 2, 3));
    expect(await appendUnit(log, keyed(materialization("a", { partition: "p" }), "p"))).toEqual(recorded(6));
  });

  declareTest("a duplicate of an event keeps no key alive when the event is wiped", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a")), keyed(materialization("a")));
    await appendUnit(log, keyed(materialization("a")));
    await log.wipe({ eventId: 1 }, null);
    expect(await appendUnit(log, keyed(materialization("a")))).toEqual(recorded(3));
  });

  declareTest("a cursor stays right when the event that it points to is wiped", async ({ log }) => {
    await record(log, ...Array.from({ length: 6 }, (_, i) => materialization(i === 2 || i === 3 ? "a" : "b")));
    const up = await log.query({}, { order: "asc", limit: 3 });
    const down = await log.query({}, { order: "desc", limit: 3 });
    await log.wipe({ assetKey: ["a"] }, null);
    const next = async (order: "asc" | "desc", cursor: string | null) =>
      (await log.query({}, { order, limit: 10, cursor: cursor ?? "" })).events.map(({ id }) => id);
    expect(await next("asc", up.cursor)).toEqual([5, 6, 7]);
    expect(await next("desc", down.cursor)).toEqual([2, 1]);
  });
}
