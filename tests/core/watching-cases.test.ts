import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { parseDefinitions, safeParseDefinitions } from "../../core/definitions/index.ts";
import {
  evaluateFreshness,
  evaluatePartitions,
  expectedPartitions,
  type FreshnessPolicy,
  type Partitions,
  partitionWindow,
  watchedPartitions,
} from "../../core/freshness/index.ts";
import { decideWait, type WaitFacts, type WaitQuestion } from "../../core/waiting/wait.ts";
import { type WatchingCase, watchingCase, watchingCases } from "./watching-cases.ts";

const hour = 3_600_000;
const time = (text: string) => Date.parse(text);

/** Cases of destinations, which tell others of alerts. Where a rule of core decides them, it is tried here too. */
const ofDestinations: Readonly<Record<string, readonly number[]>> = {
  alert: [49, 50, 52, 53, 54, 56],
  servers: [58],
  webhook: [96, 97, 98, 100, 101, 102, 104, 105],
};

/** Cases that stores and servers try. */
const onServers = {
  "tests/adapters/cli/reading/wait-cases.test.ts": [81, 82, 84, 85, 86, 88, 89, 90, 92, 93, 94],
  "storage/testing/watch-store-contract.ts": [45, 46, 48, 68, 69, 106],
  "tests/adapters/server/watching/watcher-cases.test.ts": [60, 61, 62, 64, 65, 66, 70],
  "tests/adapters/server/watching/three-servers.test.ts": [57],
} as const;

const timed = watchingCases.filter((one) => one.area === "freshness" && one.policy !== undefined);
const refused = [40, 41, 42, 44, 108, 109];
const decided = [45, 46, 48, 69, 72, 73, 74, 76, 77, 78, 80, 81, 84, 85, 86, 88, 89, 94, 110];

test("every case is tried here or by a server", () => {
  const here = [...timed.map(({ id }) => id), ...refused, ...decided];
  const all = new Set([...here, ...Object.values(ofDestinations).flat(), ...Object.values(onServers).flat()]);
  expect([...all].sort((a, b) => a - b)).toEqual(watchingCases.map(({ id }) => id).sort((a, b) => a - b));
  for (const [area, ids] of Object.entries(ofDestinations)) {
    expect(ids.map((id) => watchingCase(id).area)).toEqual(ids.map(() => area));
  }
});

const named = (one: WatchingCase) => [one.id, one.name, one] as const;

/** When the newest event that is known at `now` counted. */
function lastAt({ events = [], now = "" }: WatchingCase): number | null {
  const counted = events
    .map((one) => ({ timestamp: time(one.timestamp), receivedAt: time(one.received_at ?? one.timestamp) }))
    .filter(({ receivedAt }) => receivedAt <= time(now))
    .map(({ timestamp, receivedAt }) => Math.min(timestamp, receivedAt));
  return counted.length === 0 ? null : Math.max(...counted);
}

describe("freshness", () => {
  test.each(timed.map(named))("%d: %s", (_id, _name, one) => {
    const policy = one.policy as FreshnessPolicy; // as a definition has it, which core refuses where it is none
    const definedAt = one.defined_at === undefined ? null : time(one.defined_at);
    const { state } = evaluateFreshness(policy, { lastAt: lastAt(one), definedAt, now: time(one.now ?? "") });
    expect<string>(state).toBe(v.parse(v.object({ state: v.string() }), one.expect).state);
  });
});

/** The document of a case that is refused, and the line in which it is wrong. */
const documents: Readonly<Record<number, readonly [string, number]>> = {
  40: [policyDocument('{ type: cron, deadline_cron: "0 6 31 2 *", lower_bound_delta: 6h }'), 3],
  41: [policyDocument('{ type: cron, deadline_cron: "0 6 * * *", lower_bound_delta: 6h, timezone: "" }'), 3],
  42: [policyDocument('{ type: cron, deadline_cron: "0 6 * * *", lower_bound_delta: 6h, timezone: "+02:00" }'), 3],
  44: [policyDocument("{ type: time_window, fail_window: 24h, warn_window: 24h }"), 3],
  108: ["cron: */15 * * * *", 1],
  109: ["assets:\n  - key: a\n    partitions:\n      type: static\n      keys: [eu, 0123]", 5],
};

function policyDocument(policy: string): string {
  return `assets:\n  - key: warehouse/orders\n    freshness: ${policy}`;
}

describe("definitions are refused", () => {
  test.each(refused.map((id) => named(watchingCase(id))))("%d: %s", (id, _name, { expect: expected }) => {
    const [document, line] = documents[id] ?? ["", 0];
    const result = safeParseDefinitions(document);
    expect(result).toMatchObject({ success: false, error: { line } });
    const { says } = v.parse(v.object({ says: v.optional(v.string(), "") }), expected);
    expect(result.success ? "" : result.error.message).toContain(says);
  });
});

const berlin = "Europe/Berlin";
const day = (text: string, zone: string) => time(`${text}T00:00:00${zone}`);
const names = (windows: readonly { readonly partition: string }[]) => windows.map(({ partition }) => partition);

/** A question about one asset, of which this is known. */
function wait(question: Omit<WaitQuestion, "keys">, facts: Partial<WaitFacts>) {
  const known: WaitFacts = {
    assetKey: ["a"],
    materialization: null,
    evaluations: [],
    definedChecks: null,
    freshness: null,
    ...facts,
  };
  return decideWait({ keys: [["a"]], ...question }, [known], time("2026-11-30T12:00:00Z"));
}

const p1 = { id: 10, at: time("2026-11-30T05:00:00Z"), partition: "p1" };
const evaluation = { checkName: "no_nulls", partition: "p1", severity: "ERROR" } as const;
const failed = { ...evaluation, id: 11, passed: false };
const passed = { ...evaluation, id: 12, passed: true };
const onCheck = { partition: "p1", checks: ["no_nulls"] };

const rules: Readonly<Record<number, () => void>> = {
  45() {
    const facts = { lastAt: time("2026-11-29T06:00:00Z"), definedAt: null, now: time("2026-11-30T06:00:00Z") };
    for (const fail_window of ["24h", "12h"]) {
      expect(evaluateFreshness({ type: "time_window", fail_window }, facts).state).toBe("FAIL");
    }
  },
  46() {
    const facts = { lastAt: time("2026-11-29T06:00:00Z"), definedAt: null, now: time("2026-11-30T07:00:00Z") };
    expect(evaluateFreshness({ type: "time_window", fail_window: "24h" }, facts).state).toBe("FAIL");
    expect(evaluateFreshness({ type: "time_window", fail_window: "48h" }, facts).state).toBe("PASS");
  },
  48() {
    const now = time("2026-11-30T06:00:00Z");
    const facts = { lastAt: now - 240 * hour, definedAt: now, now };
    expect(evaluateFreshness({ type: "time_window", fail_window: "24h" }, facts).state).toBe("FAIL");
  },
  69() {
    const policy = { type: "time_window", fail_window: "24h" } as const;
    const now = time("2026-11-30T06:00:00Z");
    expect(evaluateFreshness(policy, { lastAt: now - hour, definedAt: now - 480 * hour, now }).state).toBe("PASS");
    expect(evaluateFreshness(policy, { lastAt: null, definedAt: now - 480 * hour, now }).state).toBe("FAIL");
  },
  72() {
    const partitions = { type: "daily", start: "2026-03-28", timezone: berlin } as const;
    const range = { from: null, until: null, now: time("2026-03-29T22:00:00Z") };
    const [, window] = expectedPartitions(partitions, range);
    const end = time("2026-03-29T22:00:00Z");
    expect(window).toEqual({ partition: "2026-03-29", start: end - 23 * hour, end });
    expect(expectedPartitions(partitions, { ...range, now: end - 1 }).length).toBe(1);
  },
  73() {
    const partitions = { type: "hourly", start: "2026-10-01", timezone: berlin } as const;
    const range = { from: day("2026-10-25", "+02:00"), until: day("2026-10-26", "+01:00") };
    const keys = names(expectedPartitions(partitions, { ...range, now: time("2026-11-01T00:00:00Z") }));
    expect(keys.length).toBe(25);
    expect(keys.slice(2, 4)).toEqual(["2026-10-25-02:00", "2026-10-25-02:00+0100"]);
    expect(new Set(keys).size).toBe(25);
  },
  74() {
    const partitions = { type: "hourly", start: "2026-03-01", timezone: berlin } as const;
    const range = { from: day("2026-03-29", "+01:00"), until: day("2026-03-30", "+02:00") };
    const keys = names(expectedPartitions(partitions, { ...range, now: time("2026-04-01T00:00:00Z") }));
    expect(keys.length).toBe(23);
    expect(keys.slice(0, 3)).toEqual(["2026-03-29-00:00", "2026-03-29-01:00", "2026-03-29-03:00"]);
    expect(partitionWindow(partitions, "2026-03-29-02:00")).toBeUndefined();
  },
  76() {
    const partitions = { type: "daily", start: "2026-01-01" } as const;
    expect(partitionWindow(partitions, "2026-13-01")).toBeUndefined();
    expect(partitionWindow(partitions, "2026-12-01")).toBeDefined();
  },
  77() {
    const policy = { type: "time_window", fail_window: "6h", lookback: 7 } as const;
    const partitions = { type: "daily", start: "2025-01-01" } as const;
    const now = time("2026-11-30T12:00:00Z");
    const all = names(expectedPartitions(partitions, { from: null, until: null, now }));
    const backfilled = new Map(all.slice(-407, -7).map((partition) => [partition, now] as const));
    const facts = { definedAt: null, now };
    expect(names(watchedPartitions(policy, partitions, now).partitions)).toEqual(all.slice(-7));
    const before = evaluatePartitions(policy, partitions, { ...facts, lastAt: new Map<string, number>() });
    expect(evaluatePartitions(policy, partitions, { ...facts, lastAt: backfilled })).toEqual(before);
  },
  78() {
    const [definition] = parseDefinitions(
      "assets: [{ key: a, partitions: { type: static, keys: [eu, us] }, freshness: { type: time_window, fail_window: 24h } }]",
    );
    const now = time("2026-11-30T12:00:00Z");
    const facts = { lastAt: new Map([["eu", now - hour]]), definedAt: now - 48 * hour, now };
    const states = evaluatePartitions(...rulesOf(definition), facts);
    expect(states.state).toBe("FAIL");
    expect(states.partitions.map(({ partition, state }) => [partition, state])).toEqual([
      ["eu", "PASS"],
      ["us", "FAIL"],
    ]);
  },
  80() {
    const partitions = { type: "daily", start: "2026-01-01", end_offset: 1 } as const;
    const keys = names(expectedPartitions(partitions, { from: null, until: null, now: time("2026-11-30T12:00:00Z") }));
    expect(keys.at(-1)).toBe("2026-11-30");
  },
  81() {
    expect(wait({ partition: "p1" }, { materialization: p1 })).toEqual({ satisfied: true });
  },
  84() {
    const waiting = { satisfied: false, waitingFor: [{ what: "check:no_nulls", state: "failed" }], failedFast: false };
    expect(wait(onCheck, { materialization: p1, evaluations: [failed] })).toMatchObject(waiting);
    expect(wait(onCheck, { materialization: p1, evaluations: [passed] })).toEqual({ satisfied: true });
  },
  85() {
    const decision = wait({ ...onCheck, failFast: true }, { materialization: p1, evaluations: [failed] });
    expect(decision).toMatchObject({ satisfied: false, failedFast: true });
  },
  86() {
    const stale = { satisfied: false, waitingFor: [{ state: "stale" }], failedFast: false };
    for (const older of [passed, failed]) {
      const facts = { materialization: p1, evaluations: [{ ...older, id: 9 }] };
      expect(wait({ ...onCheck, failFast: true }, facts)).toMatchObject(stale);
    }
  },
  88() {
    expect(wait(onCheck, { materialization: p1, evaluations: [{ ...passed, id: 11 }] })).toEqual({ satisfied: true });
  },
  89() {
    const waitingFor = [{ assetKey: ["a"], what: "partition", state: "missing" }] as const;
    expect(wait({ partition: "p1" }, {})).toEqual({ satisfied: false, waitingFor, failedFast: false });
  },
  94() {
    expect(wait({ partition: "p1" }, { materialization: p1 })).toEqual({ satisfied: true });
    expect(wait({ partition: "p1" }, {}).satisfied).toBe(false);
  },
  110() {
    const evaluations = [failed, { ...passed, partition: "p2" }];
    const decision = wait(onCheck, { materialization: p1, evaluations });
    expect(decision).toMatchObject({ satisfied: false, waitingFor: [{ state: "failed" }] });
  },
};

function rulesOf(definition: ReturnType<typeof parseDefinitions>[number] | undefined): [FreshnessPolicy, Partitions] {
  const { freshness = null, partitions = null } = definition ?? {};
  if (freshness === null || partitions === null) throw new Error("the definition lacks a rule");
  return [freshness, partitions];
}

describe("rules decide", () => {
  test.each(decided.map((id) => named(watchingCase(id))))("%d: %s", (id) => {
    const rule = rules[id];
    if (rule === undefined) throw new Error(`nothing tries case ${id}`);
    rule();
  });
});
