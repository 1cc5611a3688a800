import { describe, expect, test } from "bun:test";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { readAssetByKey } from "../../../../storage/libsql/read/assets/read-asset.ts";
import { readAssetMarks } from "../../../../storage/libsql/read/assets/read-asset-marks.ts";
import { readFailingChecks } from "../../../../storage/libsql/read/assets/read-failing-checks.ts";
import { readChecks, readPartitionMarks, readPartitions } from "../../../../storage/libsql/read/assets/read-lists.ts";
import { readStats } from "../../../../storage/libsql/read/assets/read-stats.ts";
import { type ReadSteps, readSteps } from "../../../../storage/libsql/read/read-steps.ts";
import { watchedSteps, writtenDatabase } from "../written-database.ts";

const numbered = (letter: string, i: number) => `${letter}${String(i).padStart(6, "0")}`;
const checks = 25_000;
const partitions = 60_000;
const assets = 25_000;
const { client } = await writtenDatabase([
  ...Array.from({ length: checks }, (_, i) =>
    checkEvaluation("checked", {
      checkName: numbered("c", i % 50),
      partition: numbered("p", i),
      passed: i < checks - 3,
    }),
  ),
  ...Array.from({ length: partitions }, (_, i) => materialization("wide", { partition: numbered("p", i) })),
  ...Array.from({ length: assets }, (_, i) => materialization(["lake", numbered("t", i)])),
]);

test("between two steps of a read another one has its turn", async () => {
  const order: string[] = [];
  const steps = readSteps({ file: "runless.db", read: (work) => work(client) });
  const long = (async () => {
    for (const name of ["first", "second", "third"]) await steps.step(async () => void order.push(name));
  })();
  // As a message to the thread does.
  setImmediate(() => order.push("another"));
  await long;
  expect(order).toEqual(["first", "another", "second", "third"]);
});

const reads: readonly (readonly [string, number, (steps: ReadSteps) => Promise<unknown>])[] = [
  ["the number of an asset's partitions", 4, (steps) => readAssetByKey(steps, "wide")],
  ["what fails of an asset's checks", 6, (steps) => readFailingChecks(steps, ["checked"], 10)],
  [
    "the assets whose checks fail",
    6,
    (steps) => readAssetMarks(steps, { prefix: ["checked"], failing: true }, { limit: 10 }, undefined),
  ],
  [
    "the assets by the state of their checks",
    6,
    (steps) => readAssetMarks(steps, { prefix: ["checked"] }, { limit: 10, order: "state" }, undefined),
  ],
  ["what there is in all", 3, readStats],
];

describe("a read whose work grows with what was reported goes in steps", () => {
  test.each(reads)("%s", async (_, least, read) => {
    const { steps, counted } = watchedSteps(client);
    await read(steps);
    expect(counted()).toBeGreaterThanOrEqual(least);
  });

  test("and comes to the same", async () => {
    const { steps } = watchedSteps(client);
    expect((await readAssetByKey(steps, "wide"))?.partitions).toBe(partitions);
    const [failing = []] = await readFailingChecks(steps, ["checked"], 10);
    expect(failing.map(([, partition]) => partition)).toEqual([3, 2, 1].map((i) => numbered("p", checks - i)));
    const { rows } = await readAssetMarks(steps, { prefix: ["checked"] }, { limit: 10 }, undefined);
    expect(rows).toMatchObject([{ checks: 50, failed: 3, warned: 0 }]);
    expect(await readStats(steps)).toMatchObject({
      assets: assets + 2,
      events: { ASSET_MATERIALIZATION: partitions + assets, ASSET_CHECK_EVALUATION: checks },
    });
  });
});

describe("a page of a list takes its rows from the index, and sorts nothing", () => {
  test.each([
    ["partitions", (steps: ReadSteps) => readPartitions(steps, ["wide"], 5, numbered("p", 30_000))],
    ["marks of partitions", (steps: ReadSteps) => readPartitionMarks(steps, ["wide"], 5, numbered("p", 30_000))],
    ["checks", (steps: ReadSteps) => readChecks(steps, ["checked"], 5, [numbered("c", 20), numbered("p", 20)])],
  ])("%s", async (_, read) => {
    const { steps, statements } = watchedSteps(client);
    expect((await read(steps)).rows).toHaveLength(5);
    expect(statements.length).toBeGreaterThan(0);
    for (const { sql, args } of statements) {
      const plan = await client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
      const details = plan.rows.map((row) => String(row.detail));
      expect(details.filter((step) => /B-TREE FOR ORDER|^SCAN (asset|event|summary)/.test(step))).toEqual([]);
    }
  });
});
