import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { EventFilter, EventLog } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, readIds, record } from "./harness.ts";

export function filtersContract(declareTest: DeclareTest): void {
  for (const [filter, expected] of cases) {
    declareTest(`${JSON.stringify(filter)} finds ${JSON.stringify(expected)}`, async ({ log }) => {
      await recordSample(log);
      expect(await readIds(log, filter)).toEqual(expected);
      expect(await readIds(log, filter, { order: "desc" })).toEqual(expected.toReversed());
      expect(await readIds(log, filter, { limits: [1] })).toEqual(expected);
      expect(await readIds(log, filter, { order: "desc", limits: [2] })).toEqual(expected.toReversed());
    });
  }

  declareTest("nothing is found in an empty log", async ({ log }) => {
    for (const [filter] of cases) {
      expect(await readIds(log, filter)).toEqual([]);
    }
  });

  declareTest(
    "a prefix finds the key itself and all below it, and no key that only starts with the same letters",
    async (subject) => {
      const { log } = subject;
      const inside: AssetKey[] = [["s3"], ["s3", "a"], ["s3", "a", "b"], ["s3", ""], ["s3", "/"], ["s3", "\u0000"]];
      inside.push(["s3", "\u{10ffff}"], ["s3", '"'], ["s3", "%"]);
      const outside: AssetKey[] = [["s3x"], ["s3/a"], ["s3 "], ["s3!", "a"], ["S3", "a"], ["s"], ["s3\u0000", "a"]];
      outside.push(["s3\u{10ffff}"], ['s3"', "a"], ["s3,a"], ["s3/"], ["", "s3"], ["a", "s3"], ["s3\uffff"]);
      await record(log, ...[...inside, ...outside].map((key) => materialization(key)));
      expect(await readIds(log, { prefix: ["s3"] })).toEqual(inside.map((_, i) => i + 1));
    },
  );

  declareTest("a prefix is text, not a pattern", async ({ log }) => {
    const keys: AssetKey[] = [["a_b"], ["axb"], ["a%"], ["a%", "c"], ["ab"], ["*"], ["[a]"], ["a"], ["?"]];
    await record(log, ...keys.map((key) => materialization(key)));
    expect(await readIds(log, { prefix: ["a_b"] })).toEqual([1]);
    expect(await readIds(log, { prefix: ["a%"] })).toEqual([3, 4]);
    expect(await readIds(log, { prefix: ["*"] })).toEqual([6]);
    expect(await readIds(log, { prefix: ["[a]"] })).toEqual([7]);
  });

  declareTest("a prefix may have several parts, and empty ones", async ({ log }) => {
    const keys: AssetKey[] = [
      ["a", "b"],
      ["a", "b", "c"],
      ["a", "bc"],
      ["a", "", "b"],
      ["a", "", ""],
      ["a"],
      ["", "a"],
    ];
    await record(log, ...keys.map((key) => materialization(key)));
    expect(await readIds(log, { prefix: ["a", "b"] })).toEqual([1, 2]);
    expect(await readIds(log, { prefix: ["a", ""] })).toEqual([4, 5]);
    expect(await readIds(log, { prefix: ["", "a"] })).toEqual([7]);
    expect(await readIds(log, { prefix: ["a", "b", "c", "d"] })).toEqual([]);
  });

  declareTest("an event without a partition is in none, not even the one with an empty name", async ({ log }) => {
    await record(log, materialization("a"), materialization("a", { partition: "" }), observation("a"));
    expect(await readIds(log, { partition: "" })).toEqual([2]);
  });

  declareTest("since and until go by timestamp, not by the time of receipt", async ({ log }) => {
    await record(log, materialization("a", { timestamp: 5 }), materialization("a"));
    expect(await readIds(log, { until: 6 })).toEqual([1]);
    expect(await readIds(log, { since: 6 })).toEqual([2]);
  });

  declareTest("a bound of 0 is a bound like any other", async ({ log }) => {
    await record(log, ...[-1, 0, 1].map((timestamp) => materialization("a", { timestamp })));
    expect(await readIds(log, { since: 0 })).toEqual([2, 3]);
    expect(await readIds(log, { until: 0 })).toEqual([1]);
    expect(await readIds(log, { before: 0 })).toEqual([]);
  });
}

async function recordSample(log: EventLog): Promise<void> {
  await record(
    log,
    materialization("a", { partition: "p1", timestamp: 10 }),
    observation("a", { partition: "p1", timestamp: 20 }),
    checkEvaluation("a/b", { checkName: "c1", passed: true, partition: "p1", timestamp: 30 }),
    materialization("a/b", { partition: "p2", timestamp: 40 }),
    materialization("ab", { partition: "p1", timestamp: 15 }),
    checkEvaluation("a", { checkName: "c1", passed: false, timestamp: 50 }),
    checkEvaluation("a", { checkName: "c2", passed: true, partition: "p1", timestamp: 60 }),
    materialization("a", { timestamp: 70 }),
  );
}

const a: AssetKey = ["a"];
const cases: readonly (readonly [EventFilter, readonly number[]])[] = [
  [{}, [1, 2, 3, 4, 5, 6, 7, 8]],
  [{ assetKey: a }, [1, 2, 6, 7, 8]],
  [{ assetKey: ["a", "b"] }, [3, 4]],
  [{ assetKey: ["a/b"] }, []],
  [{ assetKey: ["unknown"] }, []],
  [{ prefix: a }, [1, 2, 3, 4, 6, 7, 8]],
  [{ prefix: ["unknown"] }, []],
  [{ type: "ASSET_MATERIALIZATION" }, [1, 4, 5, 8]],
  [{ type: "ASSET_OBSERVATION" }, [2]],
  [{ type: "ASSET_CHECK_EVALUATION" }, [3, 6, 7]],
  [{ partition: "p1" }, [1, 2, 3, 5, 7]],
  [{ partition: "P1" }, []],
  [{ checkName: "c1" }, [3, 6]],
  [{ checkName: "unknown" }, []],
  [{ since: 40 }, [4, 6, 7, 8]],
  [{ until: 40 }, [1, 2, 3, 5]],
  [{ since: 15, until: 30 }, [2, 5]],
  [{ since: 30, until: 30 }, []],
  [{ after: 3 }, [4, 5, 6, 7, 8]],
  [{ before: 3 }, [1, 2]],
  [{ after: 2, before: 5 }, [3, 4]],
  [{ after: 8 }, []],
  [{ before: 1 }, []],
  [{ after: 0, before: Number.MAX_SAFE_INTEGER }, [1, 2, 3, 4, 5, 6, 7, 8]],
  [{ assetKey: a, type: "ASSET_CHECK_EVALUATION" }, [6, 7]],
  [{ assetKey: a, type: "ASSET_MATERIALIZATION", partition: "p1" }, [1]],
  [{ assetKey: a, partition: "p1", since: 20 }, [2, 7]],
  [{ assetKey: a, prefix: a }, [1, 2, 6, 7, 8]],
  [{ assetKey: a, prefix: ["a", "b"] }, []],
  [{ prefix: a, type: "ASSET_CHECK_EVALUATION", checkName: "c1" }, [3, 6]],
  [{ type: "ASSET_MATERIALIZATION", checkName: "c1" }, []],
  [{ prefix: a, partition: "p1", until: 60, after: 1 }, [2, 3]],
  [{ checkName: "c1", before: 6 }, [3]],
  [
    {
      assetKey: ["a", "b"],
      prefix: a,
      type: "ASSET_CHECK_EVALUATION",
      partition: "p1",
      checkName: "c1",
      since: 30,
      until: 31,
      after: 2,
      before: 4,
    },
    [3],
  ],
];
