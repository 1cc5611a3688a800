import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { AssetFilter } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, expectError, record } from "./harness.ts";
import { readLastMaterializations, walkPages } from "./walk-pages.ts";

export function marksContract(declareTest: DeclareTest): void {
  declareTest(
    "the newest events of each key come newest first, in the order of the keys",
    async ({ log, overview }) => {
      await record(
        log,
        ...[
          materialization("a", { timestamp: 30 }),
          observation("b", { timestamp: 20 }),
          observation("a", { timestamp: 10 }),
        ],
        checkEvaluation("a", { checkName: "c", passed: false, severity: "WARN", timestamp: 40 }),
      );
      const plain = { passed: null, severity: null };
      expect(await overview.recent([["b"], ["nothing"], ["a"]], 2)).toEqual([
        [{ id: 2, type: "ASSET_OBSERVATION", timestamp: 20, ...plain }],
        [],
        [
          { id: 4, type: "ASSET_CHECK_EVALUATION", timestamp: 40, passed: false, severity: "WARN" },
          { id: 3, type: "ASSET_OBSERVATION", timestamp: 10, ...plain },
        ],
      ]);
      expect(await overview.recent([], 2)).toEqual([]);
    },
  );

  declareTest(
    "a timeline has what happened since a time in its order, each event by itself",
    async ({ log, overview }) => {
      await record(
        log,
        ...[materialization("a", { timestamp: 30, partition: "p\u0000".repeat(80) }), materialization("b")],
        ...[observation("a", { timestamp: 10 }), materialization("a", { timestamp: 5 })],
        checkEvaluation("a", { checkName: "c", passed: false, severity: "WARN", timestamp: 10, partition: "" }),
      );
      const plain = { passed: null, severity: null, partition: null, checkName: null, events: 1 };
      const check = { type: "ASSET_CHECK_EVALUATION", timestamp: 10, passed: false, severity: "WARN" } as const;
      expect(await overview.timeline(["a"], { since: 10, slots: 10 })).toEqual({
        marks: [
          { id: 3, type: "ASSET_OBSERVATION", timestamp: 10, ...plain },
          { id: 5, ...check, partition: "", checkName: "c", events: 1 },
          { id: 1, type: "ASSET_MATERIALIZATION", timestamp: 30, ...plain, partition: "p\u0000".repeat(50) },
        ],
        first: 10,
        isSample: false,
        events: [],
      });
      expect(await overview.timeline(["nothing"], { slots: 10 })).toEqual({
        marks: [],
        first: null,
        isSample: false,
        events: [],
      });
      await log.wipe({ assetKey: ["a"] }, null);
      expect(await overview.timeline(["a"], { slots: 10 })).toEqual({
        marks: [],
        first: null,
        isSample: false,
        events: [],
      });
    },
  );

  declareTest(
    "a timeline of many events has the latest of each kind and outcome in equal spans of time",
    async ({ log, overview }) => {
      const at = (timestamp: number) => materialization("a", { timestamp });
      const check = (timestamp: number, passed: boolean) => checkEvaluation("a", { checkName: "c", passed, timestamp });
      // Timestamps out of order: 40 is recorded first, and 9 after later ones.
      await record(log, at(40), at(0), check(1, true), check(2, false), at(9), check(3, true), at(8), at(21));
      const { marks, first } = await overview.timeline(["a"], { slots: 4 });
      expect(first).toBe(0);
      expect(marks.map(({ id, timestamp, passed, events }) => [id, timestamp, passed, events])).toEqual([
        [4, 2, false, 1],
        [6, 3, true, 2],
        [5, 9, null, 3],
        [8, 21, null, 1],
        [1, 40, null, 1],
      ]);
      const idsOf = async (events: number) =>
        (await overview.timeline(["a"], { slots: 4, events })).events.map(({ id }) => id);
      // Events with a mark come first, then others: 2, 7 and 5 are in one span, whose mark is 5.
      expect([await idsOf(9), await idsOf(4), await idsOf(3), await idsOf(2), await idsOf(1)]).toEqual([
        [2, 7, 5, 8, 1],
        [7, 5, 8, 1],
        [5, 8, 1],
        [8, 1],
        [1],
      ]);
      await record(log, observation("a", { timestamp: 1 }), observation("a", { timestamp: 12 }));
      expect([await idsOf(3), await idsOf(2)]).toEqual([
        [10, 8, 1],
        [10, 1],
      ]);
    },
  );

  declareTest("the marks of some keys are those of the list, in the order of the keys", async ({ log, overview }) => {
    await record(
      log,
      ...[materialization("a", { partition: "p", dataVersion: "v1" }), materialization("a/b"), observation("c\u0000")],
      ...[checkEvaluation("c\u0000", { checkName: "c", passed: false }), materialization("gone")],
    );
    await log.wipe({ assetKey: ["gone"] }, null);
    const { assets } = await overview.assetMarks({}, { limit: 10 });
    expect(assets.map(({ assetKey }) => assetKey)).toEqual([["a"], ["a", "b"], ["c\u0000"]]);
    const asked = [["c\u0000"], ["a"], ["nothing"], ["gone"], ["a", "b"], ["b"]];
    expect(await overview.marksOf(asked)).toEqual([assets[2], assets[0], assets[1]].flatMap((mark) => mark ?? []));
    expect(await overview.marksOf([])).toEqual([]);
  });

  declareTest(
    "the state of an asset says what is latest of it and how many of its checks fail",
    async ({ log, overview }) => {
      const check = (key: string, checkName: string, passed: boolean, partition: string | null = null) =>
        checkEvaluation(key, { checkName, passed, partition, severity: checkName === "w" ? "WARN" : "ERROR" });
      await record(
        log,
        ...[materialization("b/c", { timestamp: 30 }), observation("b/c", { timestamp: 20 }), check("a", "c", true)],
        ...[
          observation("b", { timestamp: -7 }),
          check("b", "x", false, "p"),
          check("b", "x", true),
          check("b", "w", false),
        ],
        ...[check("d", "w", false), check("d", "y", false), check("d", "z", false, "p"), check("d", "z", false, "q")],
      );
      const states = [
        { assetKey: ["a"], latest: null, failed: 0, warned: 0 },
        { assetKey: ["b"], latest: -7, failed: 1, warned: 1 },
        { assetKey: ["b", "c"], latest: 30, failed: 0, warned: 0 },
        { assetKey: ["d"], latest: null, failed: 2, warned: 1 },
      ];
      const listed = async (filter: AssetFilter, limits: readonly number[]) =>
        (
          await walkPages(
            (page) => overview.assetStates(filter, page),
            ({ assets }) => assets,
            limits,
          )
        ).flatMap(({ assets }) => assets);
      for (const limits of [[1], [3], [100]]) {
        expect(await listed({}, limits)).toEqual(states);
        expect(await listed({ prefix: ["b"] }, limits)).toEqual(states.slice(1, 3));
        expect(await listed({ failing: true }, limits)).toEqual([states[1], states[3]].flatMap((state) => state ?? []));
        expect(await listed({ search: "C" }, limits)).toEqual(states.slice(2, 3));
        expect(await listed({ quietSince: 20 }, limits)).toEqual(
          [states[0], states[1], states[3]].flatMap((s) => s ?? []),
        );
      }
      const { cursor } = await overview.assetStates({}, { limit: 1 });
      await expectError("bad_cursor", overview.assetStates({ failing: true }, { limit: 1, cursor: cursor ?? "" }));
    },
  );

  declareTest("the trace of a wipe is no mark", async ({ log, overview }) => {
    await record(log, materialization("a"), materialization("a", { partition: "p" }), materialization("b"));
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    await log.wipe({ assetKey: ["b"] }, null);
    const ids = (await overview.recent([["a"], ["b"]], 10)).map((marks) => marks.map(({ id }) => id));
    expect(ids).toEqual([[1], []]);
  });

  declareTest(
    "a partition's mark says when it was materialized, how often, and whether a check of it fails",
    async ({ log, overview }) => {
      const check = (partition: string | null, checkName: string, passed: boolean) =>
        checkEvaluation("a", { checkName, passed, partition });
      await record(
        log,
        ...["p", "q", "r", "s", "p\u0000"].map((partition, i) =>
          materialization("a", { partition, timestamp: 10 * (i + 1) }),
        ),
        ...[
          materialization("a", { partition: "p", timestamp: 5 }),
          materialization("b", { partition: "p" }),
          materialization("a"),
        ],
        ...[check("q", "c", true), check("q", "d", false), check("r", "c", false), check("r", "c", true)],
        ...[check(null, "c", false), check("only checked", "c", false)],
      );
      const marks = [
        { partition: "p", timestamp: 10, materializations: 2, failing: false },
        { partition: "p\u0000", timestamp: 50, materializations: 1, failing: false },
        { partition: "q", timestamp: 20, materializations: 1, failing: true },
        { partition: "r", timestamp: 30, materializations: 1, failing: false },
        { partition: "s", timestamp: 40, materializations: 1, failing: false },
      ];
      for (const limits of [[1], [2, 3], [100]]) {
        const pages = await walkPages(
          (page) => overview.partitionMarks(["a"], page),
          ({ partitions }) => partitions,
          limits,
        );
        expect(pages.flatMap(({ partitions }) => partitions)).toEqual(marks);
      }
      expect(await overview.partitionMarks(["nothing"], { limit: 1 })).toEqual({
        partitions: [],
        cursor: null,
        hasMore: false,
      });
      await expectError("bad_cursor", overview.partitionMarks(["a"], { limit: 1, cursor: "x" }));
    },
  );

  declareTest("each asset's last materialization is told by when it happened", async ({ log, overview }) => {
    await record(
      log,
      ...[2, 9, 4].map((timestamp) => materialization(["a", "\u0000"], { timestamp })),
      materialization("b", { timestamp: -1, partition: "p" }),
      observation("c", { timestamp: 7 }),
    );
    for (const limits of [[1], [2], [100]]) {
      expect(await readLastMaterializations(overview, limits)).toEqual([
        { assetKey: ["a", "\u0000"], timestamp: 9 },
        { assetKey: ["b"], timestamp: -1 },
      ]);
    }
  });
}
