import type { FreshnessState } from "../events/freshness-change.ts";
import { type CronSchedule, cronSchedule } from "./cron-schedule.ts";
import { durationOf } from "./duration.ts";
import { InvalidRuleError } from "./invalid-rule-error.ts";
import { timeZoneProblem } from "./time-zone.ts";

/** A length of time: `90s`, `15m`, `20h`, `7d`, `2w`, `1d12h`. Days have 24 hours. */
export type Duration = string;

export type { FreshnessState };

/** The events that may count for freshness. Failures never count. */
export type CountedEvent = "materialization" | "observation";

interface CommonPolicy {
  /** An IANA name. Default: UTC. */
  readonly timezone?: string | undefined;
  /** Default: materializations only. */
  readonly counts?: readonly CountedEvent[] | undefined;
  /** How many of the newest partitions are watched, 1 to 400. Default: 3. Static partitions are all watched. */
  readonly lookback?: number | undefined;
  /** How long before the end of its window an event of a partition may count. Default: 0. */
  readonly early?: Duration | undefined;
}

/** An event must count at least this often. */
export interface TimeWindowPolicy extends CommonPolicy {
  readonly type: "time_window";
  /** WARN from this age on. Less than `fail_window`. */
  readonly warn_window?: Duration | undefined;
  /** FAIL from this age on. */
  readonly fail_window: Duration;
}

/** An event must count before each tick of a cron expression. */
export interface CronPolicy extends CommonPolicy {
  readonly type: "cron";
  /** Five fields, or a nickname such as `@daily`. */
  readonly deadline_cron: string;
  /** How long before the tick the event may count. */
  readonly lower_bound_delta: Duration;
  /** How long after a missed tick the state is WARN instead of FAIL. Default: 0. */
  readonly grace?: Duration | undefined;
}

/** A freshness policy, as written in a definition. Field names are Dagster's, where Dagster has the field. */
export type FreshnessPolicy = TimeWindowPolicy | CronPolicy;

/** A parsed policy: durations are milliseconds, and the cron expression is a schedule. */
export type CompiledPolicy = {
  readonly lookback: number;
  readonly early: number;
} & (
  | { readonly type: "time_window"; readonly warn: number | null; readonly fail: number }
  | { readonly type: "cron"; readonly ticks: CronSchedule; readonly lowerBound: number; readonly grace: number }
);

const mostLookback = 400;
export const defaultLookback = 3;

const compiled = new WeakMap<FreshnessPolicy, CompiledPolicy>();

/** Parses a policy. Throws InvalidRuleError, which names the field. */
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
