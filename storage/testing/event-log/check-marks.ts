import { checkEvaluation, materialization } from "../../../core/index.ts";
import type { FailingCheck } from "../../overview.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, record } from "./harness.ts";

export function checkMarksContract(declareTest: DeclareTest): void {
  declareTest(
    "a check's newest evaluations come newest first, over all its partitions, with how many there are",
    async ({ log, overview }) => {
      const check = (key: string, checkName: string, passed: boolean, partition: string | null = null) =>
        checkEvaluation(key, { checkName, passed, partition, timestamp: 5 });
      await record(
        log,
        ...[check("a", "c", true), check("b", "c", true), check("a", "c\u0000", true), check("a", "c", false, "p")],
        ...[materialization("a"), check("a", "c", true, "q")],
      );
      const mark = { type: "ASSET_CHECK_EVALUATION", timestamp: 5, severity: "ERROR" } as const;
      const asked = [
        { assetKey: ["a"], checkName: "c" },
        { assetKey: ["a"], checkName: "nothing" },
        { assetKey: ["a"], checkName: "c\u0000" },
        { assetKey: ["a"], checkName: "c" },
      ];
      const ofA = {
        evaluations: [
          { id: 6, passed: true, ...mark },
          { id: 4, passed: false, ...mark },
        ],
        total: 3,
      };
      expect(await overview.checkHistories(asked, 2)).toEqual([
        ofA,
        { evaluations: [], total: 0 },
        { evaluations: [{ id: 3, passed: true, ...mark }], total: 1 },
        ofA,
      ]);
    },
  );

  declareTest(
    "a check's history is of one partition, or of none, where that is asked for",
    async ({ log, overview }) => {
      const check = (passed: boolean, partition: string | null) =>
        checkEvaluation("a", { checkName: "c", passed, partition, timestamp: 5 });
      await record(
        log,
        check(true, null),
        check(false, "p\u0000"),
        check(true, "q"),
        check(true, "p\u0000"),
        check(false, null),
      );
      const asked = [null, "p\u0000", "q", "nothing", ""].map((partition) => ({
        assetKey: ["a"],
        checkName: "c",
        partition,
      }));
      const found = await overview.checkHistories(asked, 5);
      expect(found.map(({ evaluations, total }) => [total, ...evaluations.map(({ id }) => id)])).toEqual([
        [2, 5, 1],
        [2, 4, 2],
        [1, 3],
        [0],
        [0],
      ]);
    },
  );

  declareTest(
    "the checks that fail now are found with each of their partitions, whatever passed since elsewhere",
    async ({ log, overview }) => {
      const check = (key: string, checkName: string, passed: boolean, partition: string | null = null) =>
        checkEvaluation(key, { checkName, passed, partition, severity: checkName === "w" ? "WARN" : "ERROR" });
      await record(
        log,
        ...[
          check("a", "w", false, "p"),
          check("a", "c", false, "q"),
          check("a", "c", false, "p\u0000"),
          check("a", "c", false),
        ],
        ...[
          check("a", "c", true, "r"),
          check("a", "mended", false, "p"),
          check("a", "mended", true, "p"),
          check("b", "c", true),
        ],
      );
      const ofA: readonly FailingCheck[] = [
        { checkName: "c", partition: null, id: 4, severity: "ERROR" },
        { checkName: "c", partition: "p\u0000", id: 3, severity: "ERROR" },
        { checkName: "c", partition: "q", id: 2, severity: "ERROR" },
        { checkName: "w", partition: "p", id: 1, severity: "WARN" },
      ];
      expect(await overview.failingChecks([["b"], ["a"], ["nothing"], ["a"]], 10)).toEqual([[], ofA, [], ofA]);
      expect(await overview.failingChecks([["a"]], 2)).toEqual([ofA.slice(0, 2)]);
      expect(await overview.failingChecks([], 2)).toEqual([]);
      await log.wipe({ assetKey: ["a"], partition: "q" }, null);
      expect((await overview.failingChecks([["a"]], 10))[0]?.map(({ id }) => id)).toEqual([4, 3, 1]);
    },
  );
}
