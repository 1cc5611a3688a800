import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { expect } from "../expect.ts";
import { appendUnit, type DeclareTest, idsOf, record } from "./harness.ts";

export function assetsContract(declareTest: DeclareTest): void {
  declareTest(
    "a key that was never reported has no record, nor has one above or below a reported key",
    async ({ log }) => {
      expect(await log.asset(["a", "b"])).toBeUndefined();
      await record(log, materialization(["a", "b"]));
      for (const key of [["a"], ["b"], ["a", "b", "c"], ["a/b"], ["a", "b", ""], ["A", "b"]]) {
        expect(await log.asset(key)).toBeUndefined();
      }
    },
  );

  declareTest("an asset with one event has its record", async ({ log }) => {
    await record(log, materialization(["a", "b"], { partition: "p" }));
    expect(await log.asset(["a", "b"])).toEqual({
      assetKey: ["a", "b"],
      latestMaterialization: (await log.get(1)) ?? null,
      latestObservation: null,
      dataVersion: null,
      checks: [],
      hasMoreChecks: false,
      counts: { materializations: 1, observations: 0, checkEvaluations: 0, partitions: 1 },
    });
  });

  declareTest("an asset that was only checked has its record", async ({ log }) => {
    await record(log, checkEvaluation("a", { checkName: "c", passed: false, partition: "p" }));
    expect(await log.asset(["a"])).toMatchObject({
      latestMaterialization: null,
      latestObservation: null,
      checks: [{ id: 1, checkName: "c", passed: false, severity: "ERROR", partition: "p" }],
      counts: { materializations: 0, observations: 0, checkEvaluations: 1, partitions: 0 },
    });
  });

  declareTest("counts are of events, and of the partitions that were materialized", async ({ log }) => {
    await record(
      log,
      materialization("a", { partition: "p" }),
      materialization("a", { partition: "p" }),
      materialization("a", { partition: "" }),
      materialization("a", { partition: "p\u0000" }),
      materialization("a"),
      observation("a", { partition: "q" }),
      checkEvaluation("a", { checkName: "c", passed: true, partition: "r" }),
      checkEvaluation("a", { checkName: "c", passed: true, partition: "r" }),
      materialization("b", { partition: "s" }),
    );
    expect((await log.asset(["a"]))?.counts).toEqual({
      materializations: 5,
      observations: 1,
      checkEvaluations: 2,
      partitions: 3,
    });
  });

  declareTest(
    "the data version is that of the latest materialization or observation that carries one",
    async ({ log }) => {
      const check = { checkName: "c", passed: true };
      const steps = [
        [materialization("a", { dataVersion: "m20", timestamp: 20 }), "m20"],
        [materialization("a", { dataVersion: "m10", timestamp: 10 }), "m20"],
        [materialization("a", { timestamp: 30 }), "m20"],
        [observation("a", { dataVersion: "o25", timestamp: 25 }), "o25"],
        [materialization("a", { dataVersion: "m25", timestamp: 25 }), "m25"],
        [observation("a", { dataVersion: "o24", timestamp: 24 }), "m25"],
        [checkEvaluation("a", { ...check, dataVersion: "c99", timestamp: 99 }), "m25"],
        [materialization("a", { tags: { "dagster/data_version": "tag" }, timestamp: 26 }), "tag"],
        [observation("a", { dataVersion: "", timestamp: 27 }), ""],
      ] as const;
      for (const [event, expected] of steps) {
        await record(log, event);
        expect((await log.asset(["a"]))?.dataVersion).toBe(expected);
      }
    },
  );

  declareTest("a check stands with its latest evaluation over all partitions", async ({ log }) => {
    const evaluation = { checkName: "c", passed: true };
    await record(
      log,
      checkEvaluation("a", { ...evaluation, partition: "p", timestamp: 20 }),
      checkEvaluation("a", { ...evaluation, partition: "", timestamp: 10 }),
      checkEvaluation("a", { ...evaluation, timestamp: 15 }),
      checkEvaluation("a", { ...evaluation, checkName: "d", partition: "p", timestamp: 5 }),
    );
    const latest = async () => (await log.asset(["a"]))?.checks.map(({ id, partition }) => [id, partition]);
    expect(await latest()).toEqual([
      [1, "p"],
      [4, "p"],
    ]);
    await record(log, checkEvaluation("a", { ...evaluation, passed: false, severity: "WARN", timestamp: 20 }));
    expect((await log.asset(["a"]))?.checks[0]).toMatchObject({
      id: 5,
      partition: null,
      passed: false,
      severity: "WARN",
    });
    await record(log, checkEvaluation("a", { ...evaluation, partition: "", timestamp: 21 }));
    expect(await latest()).toEqual([
      [6, ""],
      [4, "p"],
    ]);
  });

  declareTest("checks are ordered by name, by code point", async ({ log }) => {
    const names = ["", "\u0000", "1", "10", "9", "Z", "a", "a\u0000", "aa", "b", "é", "\ud7ff", "\uffee", "\u{1f600}"];
    const shuffled = names.toSorted((a, b) => a.length - b.length || (a < b ? 1 : -1));
    await record(log, ...shuffled.map((checkName) => checkEvaluation("a", { checkName, passed: true })));
    expect((await log.asset(["a"]))?.checks.map((check) => check.checkName)).toEqual(names);
  });

  declareTest("the record changes with the unit that changes it, and not with one that is refused", async ({ log }) => {
    await appendUnit(log, { event: materialization("a"), idempotencyKey: "k" });
    const before = await log.asset(["a"]);
    await appendUnit(
      log,
      { event: materialization("a", { partition: "p", dataVersion: "v" }) },
      { event: materialization("a", { description: "other" }), idempotencyKey: "k" },
    );
    expect(await log.asset(["a"])).toEqual(before);
    const unit = [{ event: observation("a") }, { event: materialization("a", { dataVersion: "v" }) }];
    const [seen, built] = idsOf(await appendUnit(log, ...unit));
    expect(await log.asset(["a"])).toMatchObject({
      dataVersion: "v",
      latestObservation: { id: seen },
      latestMaterialization: { id: built },
    });
  });

  declareTest("assets with similar keys have records of their own", async ({ log }) => {
    await record(log, ...similarKeys.map((key) => materialization(key)));
    for (const [i, key] of similarKeys.entries()) {
      const asset = await log.asset(key);
      expect(asset?.assetKey).toEqual(key);
      expect(asset?.latestMaterialization).toMatchObject({ id: i + 1, assetKey: key });
      expect(asset?.counts.materializations).toBe(1);
      expect((await log.query({ assetKey: key }, { order: "asc", limit: 10 })).events.map(({ id }) => id)).toEqual([
        i + 1,
      ]);
    }
  });
}

const similarKeys: readonly AssetKey[] = [
  ["a", "b"],
  ["a/b"],
  ["a", "", "b"],
  ["a", "b", ""],
  ["", "a", "b"],
  ["a\u0000b"],
  ["a\u0001b"],
  ["a\u0000", "b"],
  ["a", "\u0000b"],
  ["a", "\u0000", "b"],
  ['["a","b"]'],
  ['a","b'],
  ["a,b"],
  ["a\\", "b"],
  ["a\\u0000b"],
  ["ab"],
  ["A", "b"],
  ["a", "b "],
  ["é"],
  ["e\u0301"],
  ["\u{1f600}"],
  ["\ufffd"],
  ["\ufffd\ufffd"],
  ["1"],
  ["01"],
  ["null"],
];
