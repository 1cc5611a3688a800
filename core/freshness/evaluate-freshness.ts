import { type CompiledPolicy, compilePolicy, type FreshnessPolicy, type FreshnessState } from "./policy.ts";

/** What a policy is evaluated with. Times are milliseconds since 1970 UTC. */
export interface FreshnessFacts {
  /** The greatest min(timestamp, received_at) of the events that the policy counts. Null if there is none. */
  readonly lastAt: number | null;
  /** When the policy was defined. Null: it has always existed. */
  readonly definedAt: number | null;
  readonly now: number;
}

/**
 * A state, and the first time after `now` at which the state changes without a new event. Null: it does not change
 * without one.
 */
export interface Freshness {
  readonly state: FreshnessState;
  readonly nextChangeAt: number | null;
}

/**
 * Evaluates the policy of an asset, or of a static partition.
 *
 * Without a new event a state never improves, except that UNKNOWN becomes another state at the first deadline. Throws
 * InvalidRuleError for a policy that is not valid.
 *
 * @example
 * const policy = { type: "time_window", fail_window: "24h" } as const;
 * const lastAt = Date.UTC(2026, 10, 29, 10);
 * const { state, nextChangeAt } = evaluateFreshness(policy, { lastAt, definedAt: null, now: lastAt + 3_600_000 });
 * console.log(state, nextChangeAt === lastAt + 86_400_000); // PASS true
 */
export function evaluateFreshness(policy: FreshnessPolicy, facts: FreshnessFacts): Freshness {
  const rules = compilePolicy(policy);
  return rules.type === "cron" ? evaluateCron(rules, facts) : evaluateTimeWindow(rules, facts);
}

type Rules<Type> = Extract<CompiledPolicy, { readonly type: Type }>;

function evaluateTimeWindow(
  { warn, fail }: Rules<"time_window">,
  { lastAt, definedAt, now }: FreshnessFacts,
): Freshness {
  const since = lastAt ?? definedAt;
  if (since === null) return { state: "FAIL", nextChangeAt: null };
  return ageState({ since, warn, fail, now, atFirst: lastAt === null ? "UNKNOWN" : "PASS" });
}

/**
 * The state by age. It is `atFirst` until the age `warn` (if there is one), then WARN, and FAIL from the age `fail` on.
 */
export function ageState(age: {
  readonly since: number;
  readonly warn: number | null;
  readonly fail: number;
  readonly now: number;
  readonly atFirst: "PASS" | "UNKNOWN";
}): Freshness {
  const failsAt = age.since + age.fail;
  const warnsAt = age.warn === null ? failsAt : age.since + age.warn;
  if (age.now >= failsAt) return { state: "FAIL", nextChangeAt: null };
  if (age.now >= warnsAt) return { state: "WARN", nextChangeAt: failsAt };
  return { state: age.atFirst, nextChangeAt: warnsAt };
}

function evaluateCron(
  { ticks, lowerBound, grace }: Rules<"cron">,
  { lastAt, definedAt, now }: FreshnessFacts,
): Freshness {
  const tick = ticks.atOrBefore(now);
  if (tick === null || (definedAt !== null && tick <= definedAt)) {
    return { state: "UNKNOWN", nextChangeAt: ticks.after(Math.max(now, definedAt ?? now)) };
  }
  const isMet = (deadline: number) => lastAt !== null && lastAt >= deadline - lowerBound;
  // The state changes at the first tick for which this event is too early.
  if (lastAt !== null && isMet(tick))
    return { state: "PASS", nextChangeAt: ticks.after(Math.max(now, lastAt + lowerBound)) };
  const graceEnd = tick + grace;
  if (now >= graceEnd) return { state: "FAIL", nextChangeAt: null };
  const before = ticks.atOrBefore(tick - 1);
  const isFirstMiss = before === null || (definedAt !== null && before <= definedAt) || isMet(before);
  if (!isFirstMiss) return { state: "FAIL", nextChangeAt: null };
  return { state: "WARN", nextChangeAt: Math.min(graceEnd, ticks.after(now) ?? graceEnd) };
}
