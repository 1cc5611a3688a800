import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decideWait, type LatestEvaluation, type WaitFacts, type WaitQuestion } from "../../../core/waiting/wait.ts";

const hour = 3_600_000;
const now = Date.parse("2026-11-30T12:00:00Z");

const unknown: WaitFacts = {
  assetKey: ["a"],
  materialization: null,
  evaluations: [],
  definedChecks: null,
  freshness: null,
};
const at = (hoursAgo: number, id = 10, partition: string | null = null) => ({
  id,
  at: now - hoursAgo * hour,
  partition,
});
const check = (checkName: string, id: number, rest: Partial<LatestEvaluation> = {}): LatestEvaluation => {
  return { checkName, partition: null, id, passed: true, severity: "ERROR", ...rest };
};

/** What is waited for, as `what state` in one line each; `fast` where it ended. */
function decide(question: Omit<WaitQuestion, "keys">, ...facts: readonly Partial<WaitFacts>[]): readonly string[] {
  const known = facts.map((one) => ({ ...unknown, ...one }));
  const decision = decideWait({ keys: known.map(({ assetKey }) => assetKey), ...question }, known, now);
  if (decision.satisfied) return [];
  const waitingFor = decision.waitingFor.map(({ assetKey, what, state }) => `${assetKey.join("/")} ${what} ${state}`);
  return decision.failedFast ? [...waitingFor, "fast"] : waitingFor;
}

describe("a materialization", () => {
  test("of the partition is there, or missing", () => {
    expect(decide({ partition: "p" }, {})).toEqual(["a partition missing"]);
    expect(decide({ partition: "p" }, { materialization: at(9999, 1, "p") })).toEqual([]);
  });

  test("counts at or after `since`, and is at most as old as `within`", () => {
    for (const question of [{ since: now - 2 * hour }, { within: 2 * hour }, { since: 0, within: 2 * hour }]) {
      expect(decide(question, {})).toEqual(["a materialization missing"]);
      expect(decide(question, { materialization: at(2.001) })).toEqual(["a materialization stale"]);
      expect(decide(question, { materialization: at(2) })).toEqual([]);
    }
  });

  test("that failed after the last one ends a wait with failFast alone", () => {
    const failed = { materialization: at(30, 10), failure: { id: 11, at: now - hour } };
    expect(decide({ since: now - 2 * hour }, failed)).toEqual(["a materialization failed"]);
    expect(decide({ since: now - 2 * hour, failFast: true }, failed)).toEqual(["a materialization failed", "fast"]);
    // Before the time that is asked for, before a materialization, or after what was asked for had come.
    const question = { since: now - 2 * hour, failFast: true };
    expect(decide(question, { failure: { id: 11, at: now - 3 * hour } })).toEqual(["a materialization missing"]);
    expect(decide(question, { ...failed, failure: { id: 9, at: now - hour } })).toEqual(["a materialization stale"]);
    expect(decide(question, { ...failed, materialization: at(1.5) })).toEqual([]);
  });

  test("is fresh where its policy says PASS", () => {
    expect(decide({ fresh: true }, { freshness: "PASS" })).toEqual([]);
    expect(decide({ fresh: true }, { freshness: "UNKNOWN" })).toEqual(["a freshness missing"]);
    for (const freshness of ["WARN", "FAIL", "UNKNOWN"] as const) {
      expect(decide({ fresh: true }, { freshness, materialization: at(1) })).toEqual(["a freshness stale"]);
    }
  });

  test("of each key: all must be there, and a key of which nothing is known is missing", () => {
    const [a, b] = [{ materialization: at(1) }, { assetKey: ["b", "c"] }];
    expect(decide({ since: 0 }, a, b)).toEqual(["b/c materialization missing"]);
    expect(decide({ since: 0 }, a, { ...b, ...a })).toEqual([]);
    const decision = decideWait({ keys: [["a"], ["x"]], since: 0 }, [{ ...unknown, ...a }], now);
    expect(decision).toMatchObject({ waitingFor: [{ assetKey: ["x"], state: "missing" }] });
  });
});

describe("a check", () => {
  const there = { materialization: at(1, 10) };
  const question = { since: 0, checks: ["c"] };

  test("must have passed after the materialization that it judges", () => {
    expect(decide(question, there)).toEqual(["a check:c missing"]);
    expect(decide(question, { ...there, evaluations: [check("c", 9)] })).toEqual(["a check:c stale"]);
    expect(decide(question, { ...there, evaluations: [check("c", 11)] })).toEqual([]);
    expect(decide(question, { ...there, evaluations: [check("c", 11, { passed: false })] })).toEqual([
      "a check:c failed",
    ]);
    expect(decide(question, { ...there, evaluations: [check("d", 11)] })).toEqual(["a check:c missing"]);
  });

  test("that warns blocks only where it is strict", () => {
    const warned = { ...there, evaluations: [check("c", 11, { passed: false, severity: "WARN" })] };
    expect(decide({ ...question, failFast: true }, warned)).toEqual([]);
    expect(decide({ ...question, failFast: true, strict: true }, warned)).toEqual(["a check:c failed"]);
  });

  test("that failed ends a wait at once, and no stale one does", () => {
    const failed = (id: number) => ({ ...there, evaluations: [check("c", id, { passed: false })] });
    expect(decide({ ...question, failFast: true }, failed(11))).toEqual(["a check:c failed", "fast"]);
    expect(decide({ ...question, failFast: true }, failed(9))).toEqual(["a check:c stale"]);
    expect(decide({ ...question, since: now, failFast: true }, failed(11))).toEqual(["a materialization stale"]);
    const alsoB = { assetKey: ["b"], materialization: at(1, 10) };
    expect(decide({ ...question, failFast: true }, alsoB, failed(11))).toEqual([
      "b check:c missing",
      "a check:c failed",
      "fast",
    ]);
  });

  test("is judged for the partition that is asked for, else for that of the materialization or the whole asset", () => {
    const p1 = { materialization: at(1, 10, "p1") };
    const ofP = (partition: string | null, passed = true) => check("c", 11, { partition, passed });
    const asked = { partition: "p1", checks: ["c"] };
    expect(decide(asked, { ...p1, evaluations: [ofP("p2"), ofP(null)] })).toEqual(["a check:c missing"]);
    expect(decide(asked, { ...p1, evaluations: [ofP("p1", false), ofP("p2")] })).toEqual(["a check:c failed"]);
    expect(decide(question, { ...p1, evaluations: [ofP("p2")] })).toEqual(["a check:c missing"]);
    expect(decide(question, { ...p1, evaluations: [ofP("p1")] })).toEqual([]);
    expect(decide(question, { ...p1, evaluations: [ofP(null)] })).toEqual([]);
  });

  test("is one of those defined, else of all that were seen", () => {
    const all = { since: 0, checks: "all" } as const;
    const seen = { ...there, evaluations: [check("c", 11), check("d", 9)] };
    expect(decide(all, there)).toEqual([]);
    expect(decide(all, seen)).toEqual(["a check:d stale"]);
    expect(decide(all, { ...seen, definedChecks: ["c", "e"] })).toEqual(["a check:e missing"]);
    expect(decide(all, { ...seen, definedChecks: [] })).toEqual(["a check:d stale"]);
  });
});

test("a question without a key, or without one of the four conditions, is none", () => {
  expect(() => decideWait({ keys: [], since: 0 }, [], now)).toThrow(TypeError);
  expect(() => decideWait({ keys: [["a"]], checks: "all" }, [unknown], now)).toThrow(
    /partition, since, within or fresh/,
  );
});

test("a pass never unsatisfies, a newer materialization only what it outdates, and strict never satisfies more", () => {
  const evaluation = fc.record({
    checkName: fc.constantFrom("c", "d"),
    partition: fc.constantFrom("p", null),
    id: fc.integer({ min: 1, max: 30 }),
    passed: fc.boolean(),
    severity: fc.constantFrom("WARN" as const, "ERROR" as const),
  });
  const facts = fc.record({
    assetKey: fc.constant(["a"]),
    materialization: fc.option(
      fc.record({ id: fc.integer({ min: 1, max: 30 }), at: fc.nat(100), partition: fc.constantFrom("p", null) }),
    ),
    evaluations: fc.array(evaluation, { maxLength: 4 }),
    definedChecks: fc.option(fc.constantFrom([], ["c"])),
    freshness: fc.constantFrom("PASS" as const, "FAIL" as const),
  });
  const question = fc.record({
    keys: fc.constant([["a"]]),
    since: fc.nat(100),
    checks: fc.constantFrom("all" as const, ["c"], []),
    fresh: fc.boolean(),
    failFast: fc.boolean(),
  });
  fc.assert(
    fc.property(question, facts, (asked, known) => {
      const decision = decideWait(asked, [known], 100);
      const strict = decideWait({ ...asked, strict: true }, [known], 100);
      if (strict.satisfied) expect(decision.satisfied).toBe(true);
      if (!decision.satisfied) {
        expect(decision.waitingFor.length).toBeGreaterThan(0);
        if (decision.failedFast) expect(decision.waitingFor.some(({ state }) => state === "failed")).toBe(true);
        return;
      }
      const passes = (known.materialization?.partition === "p" ? ["p", null] : [null]).map((partition) =>
        check("c", 40, { partition }),
      );
      expect(decideWait(asked, [{ ...known, evaluations: [...known.evaluations, ...passes] }], 100).satisfied).toBe(
        true,
      );
    }),
  );
});
