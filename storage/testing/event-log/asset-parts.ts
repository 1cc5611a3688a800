import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, record } from "./harness.ts";
import { readChecks, readPartitions } from "./walk-pages.ts";

const texts = [
  "",
  "\u0000",
  "\u0001",
  "1",
  "10",
  "9",
  "Z",
  "a",
  "a\u0000",
  "aa",
  "b",
  "é",
  "\ud7ff",
  "\uffee",
  "\u{1f600}",
];
const shuffled = texts.toSorted((a, b) => a.length - b.length || (a < b ? 1 : -1));

/** The lists of an asset's partitions and checks. */
export function assetPartsContract(declareTest: DeclareTest): void {
  declareTest(
    "partitions are those that were materialized, with their latest and how many there are",
    async ({ log }) => {
      await record(
        log,
        materialization("a", { partition: "p", timestamp: 20 }),
        materialization("a", { partition: "p", timestamp: 10 }),
        materialization("a", { partition: "", timestamp: 5 }),
        materialization("a"),
        observation("a", { partition: "seen" }),
        checkEvaluation("a", { checkName: "c", passed: true, partition: "checked" }),
        materialization("a/b", { partition: "other" }),
      );
      const [latestOfEmpty, latestOfP] = [await log.get(3), await log.get(1)];
      expect(await readPartitions(log, ["a"])).toEqual([
        { partition: "", latestMaterialization: latestOfEmpty, materializations: 1 },
        { partition: "p", latestMaterialization: latestOfP, materializations: 2 },
      ]);
    },
  );

  declareTest("partitions are ordered by code point", async ({ log }) => {
    await record(log, ...shuffled.map((partition) => materialization("a", { partition })));
    for (const limits of [[100], [1], [3, 2]]) {
      const partitions = await readPartitions(log, ["a"], limits);
      expect(partitions.map(({ partition }) => partition)).toEqual(texts);
    }
  });

  declareTest("checks are listed by name and partition, with their latest and how many there are", async ({ log }) => {
    const c = { checkName: "c", passed: true };
    await record(
      log,
      checkEvaluation("a", { ...c, partition: "p", timestamp: 20 }),
      checkEvaluation("a", { ...c, partition: "p", passed: false, timestamp: 10 }),
      checkEvaluation("a", { ...c, timestamp: 5 }),
      checkEvaluation("a", { ...c, timestamp: 5 }),
      checkEvaluation("a", { ...c, checkName: "b", partition: "" }),
      materialization("a", { partition: "q" }),
      checkEvaluation("a/b", c),
    );
    expect(await readChecks(log, ["a"])).toEqual([
      { checkName: "b", partition: "", latestEvaluation: await log.get(5), evaluations: 1 },
      { checkName: "c", partition: null, latestEvaluation: await log.get(4), evaluations: 2 },
      { checkName: "c", partition: "p", latestEvaluation: await log.get(1), evaluations: 2 },
    ]);
  });

  declareTest("checks are ordered by name, then by partition with null first, each by code point", async ({ log }) => {
    const partitions = [null, ...texts];
    const events = ["\uffee", "a", "\u{1f600}", "a\u0000", ""].flatMap((checkName) =>
      partitions.toReversed().map((partition) => checkEvaluation("a", { checkName, passed: true, partition })),
    );
    await record(log, ...events);
    const expected = ["", "a", "a\u0000", "\uffee", "\u{1f600}"].flatMap((name) => partitions.map((p) => [name, p]));
    for (const limits of [[100], [1], [7, 3]]) {
      const checks = await readChecks(log, ["a"], limits);
      expect(checks.map(({ checkName, partition }) => [checkName, partition])).toEqual(expected);
    }
  });

  declareTest("a key without events has no partitions and no checks", async ({ log }) => {
    await record(log, materialization("a", { partition: "p" }), checkEvaluation("a", { checkName: "c", passed: true }));
    for (const key of [["b"], ["a", ""], ["A"], ["a", "p"]]) {
      expect(await log.partitions(key, { limit: 5 })).toEqual({ partitions: [], cursor: null, hasMore: false });
      expect(await log.checks(key, { limit: 5 })).toEqual({ checks: [], cursor: null, hasMore: false });
    }
  });
}
