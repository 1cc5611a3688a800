import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  cronSchedule,
  evaluateFreshness,
  evaluatePartitions,
  type FreshnessFacts,
  type FreshnessPolicy,
  type FreshnessState,
  type Partitions,
  worstState,
} from "../../../core/freshness/index.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// Around changes of the clock in both hemispheres, and a quiet time.
const moments = ["2026-03-28", "2026-10-24", "2026-04-04", "2026-06-10"].map((text) => Date.parse(`${text}T00:00:00Z`));
const zones = ["UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"];
const crons = ["0 6 * * *", "30 2 * * *", "30 * * * *", "0 0 * * 1-5", "*/20 1-3 * * *", "0 1,2,3 * * *"];

const minutes = (most: number) => fc.integer({ min: 1, max: most }).map((count) => `${count}m`);
const timeWindow = fc
  .tuple(fc.integer({ min: 2, max: 3000 }), fc.option(fc.integer({ min: 1, max: 3000 })))
  .map(([fail, warn]): FreshnessPolicy => {
    const fail_window = `${fail}m`;
    return warn === null || warn >= fail
      ? { type: "time_window", fail_window }
      : { type: "time_window", fail_window, warn_window: `${warn}m` };
  });
const cron = fc.record({
  type: fc.constant("cron" as const),
  deadline_cron: fc.constantFrom(...crons),
  timezone: fc.constantFrom(...zones),
  lower_bound_delta: minutes(1500),
  grace: fc.option(minutes(200), { nil: undefined }),
});
const policies: fc.Arbitrary<FreshnessPolicy> = fc.oneof(timeWindow, cron);

/** A moment, and times near it. */
const facts = fc.constantFrom(...moments).chain((start) => {
  const near = fc.integer({ min: -4 * 24 * 60, max: 3 * 24 * 60 }).map((count) => start + count * minute);
  return fc.record({ lastAt: fc.option(near), definedAt: fc.option(near), now: near });
});

const from: readonly FreshnessState[] = ["UNKNOWN", "PASS", "WARN", "FAIL"];
const rank = (state: FreshnessState) => from.indexOf(state);

/** The states of each minute for two days. */
function statesOf(policy: FreshnessPolicy, { lastAt, definedAt, now }: FreshnessFacts): readonly FreshnessState[] {
  return Array.from({ length: 2 * 24 * 60 }, (_, i) => {
    return evaluateFreshness(policy, { lastAt, definedAt, now: now + i * minute }).state;
  });
}

describe("a policy gives an asset one state", () => {
  test("that time alone never improves", () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const states = statesOf(policy, known);
        for (const [i, state] of states.entries()) {
          const before = states[i - 1];
          // Before its first deadline nothing is known, and that may find it met.
          if (before === undefined || before === "UNKNOWN") continue;
          expect(rank(state)).toBeGreaterThanOrEqual(rank(before));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("that an event never worsens", () => {
    fc.assert(
      fc.property(policies, facts, fc.nat(3000), (policy, known, later) => {
        const { state } = evaluateFreshness(policy, known);
        const lastAt = Math.min(known.now, (known.lastAt ?? known.now - 3000 * minute) + later * minute);
        // A first event may be older than the definition, which the asset's age had begun with.
        const since = known.lastAt ?? known.definedAt;
        if (since !== null && lastAt < since) return;
        const renewed = evaluateFreshness(policy, { ...known, lastAt }).state;
        // What was unknown for want of events is judged by the first one.
        if (state !== "UNKNOWN") expect(rank(renewed)).toBeLessThanOrEqual(rank(state));
      }),
    );
  });

  test("whose next change is the first moment at which it can change", () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const { state, nextChangeAt } = evaluateFreshness(policy, known);
        const changed = statesOf(policy, known).findIndex((later) => later !== state);
        const found = changed === -1 ? null : known.now + changed * minute;
        if (nextChangeAt === null || nextChangeAt >= known.now + 2 * day) expect(found).toBeNull();
        else expect(nextChangeAt).toBe(found as number); // which a failing test shows where it is null
        if (nextChangeAt === null) return;
        expect(nextChangeAt).toBeGreaterThan(known.now);
        expect(evaluateFreshness(policy, { ...known, now: nextChangeAt - 1 }).state).toBe(state);
        expect(evaluateFreshness(policy, { ...known, now: nextChangeAt }).state).not.toBe(state);
      }),
      { numRuns: 60 },
    );
  });

  test("as the rule says it, word by word", () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        expect(evaluateFreshness(policy, known).state).toBe(byTheWords(policy, known));
      }),
      { numRuns: 300 },
    );
  });
});

/** The rule in the order of its sentences; ticks by walking forwards alone. */
function byTheWords(policy: FreshnessPolicy, { lastAt, definedAt, now }: FreshnessFacts): FreshnessState {
  if (policy.type === "time_window") {
    const warn = policy.warn_window === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(policy.warn_window, 10);
    const elapsed = (now - (lastAt ?? definedAt ?? Number.NEGATIVE_INFINITY)) / minute;
    if (elapsed >= Number.parseInt(policy.fail_window, 10)) return "FAIL";
    if (elapsed >= warn) return "WARN";
    return lastAt === null ? "UNKNOWN" : "PASS";
  }
  const schedule = cronSchedule(policy.deadline_cron, policy.timezone ?? "UTC");
  const ticks: number[] = [];
  for (let at = schedule.after(now - 12 * day); at !== null && at <= now; at = schedule.after(at)) ticks.push(at);
  const [before = 0, tick = 0] = ticks.slice(-2);
  const lower = Number.parseInt(policy.lower_bound_delta, 10) * minute;
  const grace = Number.parseInt(policy.grace ?? "0", 10) * minute;
  if (definedAt !== null && tick <= definedAt) return "UNKNOWN";
  const isMet = (deadline: number) => lastAt !== null && lastAt >= deadline - lower;
  if (isMet(tick)) return "PASS";
  const isFirst = isMet(before) || (definedAt !== null && before <= definedAt);
  return now < tick + grace && isFirst ? "WARN" : "FAIL";
}

test("an hourly deadline with a grace fails once, and does not warn again each hour", () => {
  const policy = { type: "cron", deadline_cron: "0 * * * *", lower_bound_delta: "1h", grace: "10m" } as const;
  const lastAt = Date.parse("2026-06-10T11:30:00Z");
  const states = statesOf(policy, { lastAt, definedAt: null, now: lastAt });
  expect(states.filter((state, i) => state === "WARN" && states[i - 1] !== "WARN").length).toBe(1);
  expect(states.at(-1)).toBe("FAIL");
});

describe("a cron policy", () => {
  const policy = { type: "cron", deadline_cron: "0 * * * *", lower_bound_delta: "1h", grace: "90m" } as const;
  const tick = Date.parse("2026-06-10T12:00:00Z");

  test("that was defined at a tick knows nothing until the next one", () => {
    const at = (definedAt: number) => evaluateFreshness(policy, { lastAt: null, definedAt, now: tick });
    expect(at(tick)).toEqual({ state: "UNKNOWN", nextChangeAt: tick + hour });
    expect(at(tick - 1)).toEqual({ state: "WARN", nextChangeAt: tick + hour });
    expect(at(tick - hour)).toEqual({ state: "WARN", nextChangeAt: tick + hour });
    expect(at(tick - hour - 1)).toEqual({ state: "FAIL", nextChangeAt: null });
  });

  test("fails at the second tick that is missed, however long the grace", () => {
    const at = (now: number) => evaluateFreshness(policy, { lastAt: tick - 90 * minute, definedAt: null, now }).state;
    expect([tick - 1, tick, tick + hour - 1, tick + hour].map(at)).toEqual(["PASS", "WARN", "WARN", "FAIL"]);
  });
});

test("the worst state counts, and what is not known yet hides none", () => {
  expect(worstState(["PASS", "WARN", "FAIL", "UNKNOWN"])).toBe("FAIL");
  expect(worstState(["PASS", "UNKNOWN", "WARN"])).toBe("WARN");
  expect(worstState(["UNKNOWN", "PASS"])).toBe("PASS");
  expect(worstState([])).toBe("UNKNOWN");
});

describe("a partitioned asset", () => {
  const policy = {
    type: "cron",
    deadline_cron: "0 6 * * *",
    lower_bound_delta: "6h",
    grace: "30m",
    lookback: 3,
  } as const;
  const partitions = { type: "daily", start: "2026-01-01" } as const;
  const at = (text: string) => Date.parse(`${text}:00Z`);
  const ofDays = (times: Readonly<Record<string, string>>) =>
    new Map(Object.entries(times).map(([partition, text]) => [partition, at(text)] as const));
  const good = { "2026-06-07": "2026-06-08T03:00", "2026-06-08": "2026-06-09T03:00" };
  const states = (lastAt: ReadonlyMap<string, number>, now: string, ofPolicy: FreshnessPolicy = policy) => {
    const { partitions: watched, state } = evaluatePartitions(ofPolicy, partitions, {
      lastAt,
      definedAt: null,
      now: at(now),
    });
    return [state, ...watched.map((one) => `${one.partition} ${one.state}`)];
  };

  test("watches the last ones whose windows have ended, each due at the first tick after its end", () => {
    const known = ofDays(good);
    expect(states(known, "2026-06-10T05:59")).toEqual([
      "PASS",
      "2026-06-07 PASS",
      "2026-06-08 PASS",
      "2026-06-09 UNKNOWN",
    ]);
    expect(states(known, "2026-06-10T06:00")[0]).toBe("WARN");
    expect(states(known, "2026-06-10T06:30")[0]).toBe("FAIL");
    expect(states(known, "2026-06-13T00:00").slice(1)).toEqual([
      "2026-06-10 FAIL",
      "2026-06-11 FAIL",
      "2026-06-12 UNKNOWN",
    ]);
  });

  test("has a partition met only by what counted after its window, less what may be early", () => {
    const early = ofDays({ ...good, "2026-06-09": "2026-06-09T22:30" });
    expect(states(early, "2026-06-10T07:00").at(-1)).toBe("2026-06-09 FAIL");
    expect(states(early, "2026-06-10T07:00", { ...policy, early: "2h" }).at(-1)).toBe("2026-06-09 PASS");
    expect(states(early, "2026-06-10T07:00", { ...policy, early: "1h" }).at(-1)).toBe("2026-06-09 FAIL");
  });

  test("is due fail_window after the window's end, with a warning before", () => {
    const ofWindow = { type: "time_window", warn_window: "4h", fail_window: "8h", lookback: 1 } as const;
    for (const [now, state] of [
      ["2026-06-10T03:59", "UNKNOWN"],
      ["2026-06-10T04:00", "WARN"],
      ["2026-06-10T08:00", "FAIL"],
    ] as const) {
      expect(states(new Map(), now, ofWindow)).toEqual([state, `2026-06-09 ${state}`]);
    }
  });

  test("changes first at nextChangeAt, by a deadline or by the end of a window", () => {
    const kinds: readonly Partitions[] = [
      { type: "daily", start: "2026-03-20", timezone: "Europe/Berlin" },
      { type: "hourly", start: "2026-10-24", end: "2026-10-25", timezone: "Europe/Berlin" },
      { type: "daily", start: "2026-03-20", end_offset: -1, timezone: "America/Santiago" },
      { type: "daily", start: "2026-03-20", end_offset: 2 },
      { type: "static", keys: ["eu", "us"] },
    ];
    fc.assert(
      fc.property(policies, facts, fc.constantFrom(...kinds), fc.nat(5), (ofPolicy, known, kind, lookback) => {
        const rule = { ...ofPolicy, lookback: lookback + 1 };
        const look = (now: number) => {
          const lastAt = new Map(known.lastAt === null ? [] : [["eu", known.lastAt] as const]);
          return evaluatePartitions(rule, kind, { definedAt: known.definedAt, lastAt, now });
        };
        const shown = (now: number) => look(now).partitions.map(({ partition, state }) => `${partition} ${state}`);
        const { nextChangeAt } = look(known.now);
        const before = shown(known.now);
        const end = known.now + day;
        let found: number | null = null;
        for (let now = known.now; now < end && found === null; now += 5 * minute) {
          if (shown(now).join() !== before.join()) found = now;
        }
        if (nextChangeAt === null || nextChangeAt >= end) return expect(found).toBeNull();
        expect(shown(nextChangeAt - 1)).toEqual(before);
        expect(shown(nextChangeAt)).not.toEqual(before);
      }),
      { numRuns: 40 },
    );
  });
});
