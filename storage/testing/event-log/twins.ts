import { materialization, observation } from "../../../core/index.ts";
import type { UnitResult } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { appendUnit, type DeclareTest, duplicate, idsOf, keyed, readIds, recorded } from "./harness.ts";

/** Events with one idempotency key in one unit, in one call, or in calls that run at once. */
export function twinsContract(declareTest: DeclareTest): void {
  declareTest("a unit of duplicates and new events records the new ones", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a")));
    const unit = [{ event: materialization("b") }, keyed(materialization("a")), keyed(materialization("b"))];
    expect(await appendUnit(log, ...unit)).toEqual({
      status: "recorded",
      events: [
        { id: 2, duplicate: false },
        { id: 1, duplicate: true },
        { id: 3, duplicate: false },
      ],
    });
    expect(await readIds(log)).toEqual([1, 2, 3]);
  });

  declareTest("a twin in the same unit is a duplicate of the first", async ({ log }) => {
    const unit = [keyed(materialization("a")), { event: materialization("b") }, keyed(materialization("a"))];
    expect(await appendUnit(log, ...unit)).toEqual({
      status: "recorded",
      events: [
        { id: 1, duplicate: false },
        { id: 2, duplicate: false },
        { id: 1, duplicate: true },
      ],
    });
    expect(await readIds(log)).toEqual([1, 2]);
  });

  declareTest(
    "a twin in the same unit with other content is a conflict, and none of the unit is recorded",
    async (subject) => {
      const { log } = subject;
      const unit = [keyed(materialization("a")), keyed(materialization("a", { partition: "p" }))];
      expect(await appendUnit(log, ...unit)).toEqual({ status: "conflict", index: 1, id: null });
      expect(await readIds(log)).toEqual([]);
      expect(await log.asset(["a"])).toBeUndefined();
      const [id = 0] = idsOf(await appendUnit(log, keyed(materialization("a", { partition: "p" }))));
      expect(await readIds(log)).toEqual([id]);
    },
  );

  declareTest(
    "twins in the units of one call are answered by the first, and a conflict harms no other unit",
    async (subject) => {
      const { log } = subject;
      const event = materialization("a");
      const other = materialization("a", { description: "other" });
      const results = await log.append([
        [keyed(event)],
        [keyed(event)],
        [{ event }, keyed(other)],
        [{ event: other }],
        [keyed(event), keyed(other, "second")],
      ]);
      const [second = 0, , third = 0] = results.slice(3).flatMap(idsOf);
      expect(results).toEqual([
        recorded(1),
        duplicate(1),
        { status: "conflict", index: 1, id: 1 },
        recorded(second),
        {
          status: "recorded",
          events: [
            { id: 1, duplicate: true },
            { id: third, duplicate: false },
          ],
        },
      ]);
      expect(await readIds(log)).toEqual([1, second, third]);
    },
  );

  declareTest("a unit that conflicts leaves its other keys free", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a"), "taken"));
    const conflict = [keyed(materialization("b"), "free"), keyed(observation("b"), "free")];
    const results = await log.append([
      [...conflict, keyed(materialization("a", { partition: "p" }), "taken")],
      [keyed(materialization("b", { partition: "p" }), "free")],
    ]);
    const ids = results.slice(1).flatMap(idsOf);
    expect(results).toEqual([{ status: "conflict", index: 2, id: 1 }, recorded(...ids)]);
    const last = idsOf(await appendUnit(log, keyed(observation("b", { partition: "p" }), "free")));
    expect(await readIds(log)).toEqual([1, ...ids, ...last]);
  });

  declareTest("the first conflict of a unit is the one it is answered with", async ({ log }) => {
    await log.append([[keyed(materialization("a"))], [keyed(materialization("b"))]]);
    const unit = ["c", "b", "a"].map((key) => keyed(materialization(key, { partition: "p" })));
    expect(await appendUnit(log, ...unit)).toEqual({ status: "conflict", index: 1, id: 2 });
  });

  declareTest("of concurrent twins the first is recorded, and all are answered with its id", async ({ log }) => {
    const event = materialization("a");
    const results = await Promise.all(Array.from({ length: 50 }, () => appendUnit(log, keyed(event))));
    expect(results).toEqual([recorded(1), ...Array.from({ length: 49 }, () => duplicate(1))]);
    expect(await readIds(log)).toEqual([1]);
  });

  declareTest(
    "of concurrent twins with different contents the first is recorded, the others conflict with it",
    async ({ log }) => {
      const events = Array.from({ length: 50 }, (_, i) => materialization("a", { metadata: { i } }));
      const results = await Promise.all(events.map((event) => appendUnit(log, keyed(event))));
      const conflict: UnitResult = { status: "conflict", index: 0, id: 1 };
      expect(results).toEqual([recorded(1), ...Array.from({ length: 49 }, () => conflict)]);
      expect(await readIds(log)).toEqual([1]);
    },
  );
}
