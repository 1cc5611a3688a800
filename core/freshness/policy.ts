import { type CronSchedule, cronSchedule } from "./cron-schedule.ts";
import { durationOf } from "./duration.ts";
import { InvalidRuleError } from "./invalid-rule-error.ts";
import { timeZoneProblem } from "./time-zone.ts";

/** A length of time: `90s`, `15m`, `20h`, `7d`, `2w`, `1d12h`. Days have 24 hours. */
export type Duration = string;

export type FreshnessState = "PASS" | "WARN" | "FAIL" | "UNKNOWN";

/** What may count as news of an asset. Failures never do. */
export type CountedEvent = "materialization" | "observation";

interface CommonPolicy {
  /** An IANA name. Default: UTC. */
  readonly timezone?: string | undefined;
  /** Default: materializations alone. */
  readonly counts?: readonly CountedEvent[] | undefined;
  /** How many of the newest partitions are watched, 1 to 400. Default: 3. Static partitions are all watched. */
  readonly lookback?: number | undefined;
  /** How long before the end of its window a partition may already count. Default: not at all. */
  readonly early?: Duration | undefined;
}

/** Something must count at least so often. */
export interface TimeWindowPolicy extends CommonPolicy {
  readonly type: "time_window";
  /** WARN from this age on. Less than `fail_window`. */
  readonly warn_window?: Duration | undefined;
  /** FAIL from this age on. */
  readonly fail_window: Duration;
}

/** Something must count before each tick. */
export interface CronPolicy extends CommonPolicy {
  readonly type: "cron";
  /** Five fields, or `@daily` and its like. */
  readonly deadline_cron: string;
  /** How long before a tick that may be. */
  readonly lower_bound_delta: Duration;
  /** After a tick, WARN for so long instead of FAIL. Default: not at all. */
  readonly grace?: Duration | undefined;
}

/** A freshness policy as a definition has it: the names are Dagster's where it has one. */
export type FreshnessPolicy = TimeWindowPolicy | CronPolicy;

/** A policy that has been read: milliseconds and ticks. */
export type CompiledPolicy = {
  readonly lookback: number;
  readonly early: number;
} & (
  | { readonly type: "time_window"; readonly warn: number | null; readonly fail: number }
  | { readonly type: "cron"; readonly ticks: CronSchedule; readonly lowerBound: number; readonly grace: number }
);

export const mostLookback = 400;
export const defaultLookback = 3;

const compiled = new WeakMap<FreshnessPolicy, CompiledPolicy>();

/** Reads a policy. Throws InvalidRuleError, which names the field. */
export function compilePolicy(policy: FreshnessPolicy): CompiledPolicy {
  const known = compiled.get(policy);
  if (known !== undefined) return known;
  const result = { ...commonOf(policy), ...(policy.type === "cron" ? cronOf(policy) : timeWindowOf(policy)) };
  compiled.set(policy, result);
  return result;
}

function commonOf({ timezone, lookback = defaultLookback, early, counts }: CommonPolicy) {
  const problem = timezone === undefined ? undefined : timeZoneProblem(timezone);
  if (problem !== undefined) throw new InvalidRuleError("timezone", problem);
  if (!Number.isInteger(lookback) || lookback < 1 || lookback > mostLookback) {
    throw new InvalidRuleError("lookback", `lookback is ${lookback}: write a whole number from 1 to ${mostLookback}`);
  }
  if (counts?.length === 0) {
    throw new InvalidRuleError("counts", "counts is empty: write [materialization], or leave it out");
  }
  return { lookback, early: early === undefined ? 0 : durationOf("early", early) };
}

function timeWindowOf({ warn_window, fail_window }: TimeWindowPolicy) {
  const fail = durationOf("fail_window", fail_window, 1000);
  const warn = warn_window === undefined ? null : durationOf("warn_window", warn_window, 1000);
  if (warn !== null && warn >= fail) {
    const message = `warn_window (${warn_window}) must be less than fail_window (${fail_window})`;
    throw new InvalidRuleError("warn_window", message);
  }
  return { type: "time_window", warn, fail } as const;
}

function cronOf({ deadline_cron, lower_bound_delta, grace, timezone = "UTC" }: CronPolicy) {
  const lowerBound = durationOf("lower_bound_delta", lower_bound_delta);
  return {
    type: "cron",
    ticks: cronSchedule(deadline_cron, timezone, "deadline_cron"),
    lowerBound,
    grace: grace === undefined ? 0 : durationOf("grace", grace),
  } as const;
}
