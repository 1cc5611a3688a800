import { type FreshnessChange, type FreshnessReason, isBad } from "../events/freshness-change.ts";
import { evaluateFreshness, type Freshness, type FreshnessFacts } from "./evaluate-freshness.ts";
import type { PartitionWindow } from "./expected-partitions.ts";
import { evaluatePartition } from "./partition-freshness.ts";
import { compilePolicy, type FreshnessPolicy, type FreshnessState } from "./policy.ts";

export type { FreshnessChange, FreshnessReason };

/** What is judged: an asset, one of its static partitions, or a partition with a time window. */
export interface SubjectRules {
  readonly policy: FreshnessPolicy;
  /** Null for an asset without partitions. */
  readonly partition: PartitionWindow | null;
}

/** The state of a subject as it was judged last. Times are milliseconds since 1970 UTC. */
export interface SubjectState {
  readonly state: FreshnessState;
  /** Since when it has this state. */
  readonly since: number;
  /** When the newest event counted that the policy counts. */
  readonly lastAt: number | null;
  /** The deadline that was missed; while the state is PASS or UNKNOWN, the next one. */
  readonly deadline: number | null;
  /** When the state may change without an event. */
  readonly nextAt: number | null;
  /** When the policy was defined. Null: it has always existed. */
  readonly definedAt: number | null;
}

/** Why a subject is judged again. Time alone never improves a state. */
export type JudgingCause = "time" | "reported" | "wiped" | "policy_changed";

export interface JudgingFacts extends FreshnessFacts {
  readonly cause: JudgingCause;
  /** No state gets worse before this time, since events may still be on their way. Null: states may get worse. */
  readonly settleUntil: number | null;
  /** The whole asset was wiped, with the events of its changes: what was late before is over. */
  readonly isWiped?: boolean | undefined;
}

export interface Judgement {
  readonly subject: SubjectState;
  /** The change that is recorded as an event. Null if there is none. */
  readonly change: FreshnessChange | null;
  /**
   * The earliest time at which somebody may be notified of the alert. It is later than the change for the first state
   * of a policy, so that many new policies send no messages. Null: at once.
   */
  readonly tellAt: number | null;
}

/**
 * Judges a subject again, or for the first time. Time alone never improves a state: an event, a wipe or another policy
 * does. Before `settleUntil` nothing gets worse.
 *
 * After a wipe of the whole asset a subject is UNKNOWN first. If it is late all the same (a partition's deadline does not
 * depend on its events), it is judged once more at the same time, as after a new definition: its alert is another one,
 * with an event that the log still has.
 *
 * @example
 * const policy = { type: "time_window", fail_window: "24h" } as const;
 * const facts = { lastAt: 0, definedAt: null, now: 86_400_000, cause: "time", settleUntil: null } as const;
 * const { change } = judgeSubject(undefined, { policy, partition: null }, facts);
 * console.log(change?.previousState, change?.state, change?.reason); // UNKNOWN FAIL initial
 */
export function judgeSubject(before: SubjectState | undefined, rules: SubjectRules, facts: JudgingFacts): Judgement {
  const { now, lastAt, definedAt, settleUntil, cause } = facts;
  const found = evaluate(rules, facts);
  const known = before?.state ?? "UNKNOWN";
  const isHeldBack = settleUntil !== null && now < settleUntil && rank[found.state] > rank[known];
  const staysBad = cause === "time" && before !== undefined && known !== "UNKNOWN" && rank[found.state] < rank[known];
  const isAnew = facts.isWiped === true && isBad(found.state);
  const state = isAnew ? "UNKNOWN" : isHeldBack || staysBad ? known : found.state;
  const nextAt = isAnew ? now : isHeldBack ? settleUntil : found.nextChangeAt;
  const isChanged = state !== known;
  const subject: SubjectState = {
    state,
    since: isChanged || before === undefined ? now : before.since,
    lastAt,
    deadline: deadlineOf(rules, facts, { state, nextChangeAt: found.nextChangeAt }),
    nextAt,
    definedAt,
  };
  const isSilent = rules.partition !== null && known === "UNKNOWN" && state === "PASS";
  if (!isChanged || isSilent) return { subject, change: null, tellAt: null };
  // A subject that was held back when it was new, or wiped, is judged for the first time after that.
  const isFirst =
    (before === undefined || (known === "UNKNOWN" && cause === "time" && wasHeldBack(before, rules))) &&
    !isDueLater(rules, subject);
  // If an old event makes the state worse, the reason is the policy.
  const isByPolicy = cause === "time" || before === undefined || (cause === "reported" && rank[state] > rank[known]);
  // The first deadline was met, so nothing was late, and this is the first state.
  const isInitial = isFirst || (cause === "time" && state === "PASS");
  const reason = isInitial ? "initial" : isByPolicy ? reasonOf(rules) : cause;
  const change = { state, previousState: known, reason, deadline: subject.deadline, lastAt } as const;
  return { subject, change, tellAt: isFirst ? firstTold(rules, facts) : null };
}

/**
 * The change of a subject that is no longer judged. Null if nothing was wrong with it.
 *
 * @example
 * const before = { state: "FAIL", since: 0, lastAt: null, deadline: 0, nextAt: null, definedAt: null } as const;
 * console.log(endSubject(before, "policy_removed")?.state); // UNKNOWN
 */
export function endSubject(before: SubjectState, reason: FreshnessReason): FreshnessChange | null {
  const { state, deadline, lastAt } = before;
  if (state === "UNKNOWN" || (reason === "no_longer_watched" && !isBad(state))) return null;
  return { state: "UNKNOWN", previousState: state, reason, deadline, lastAt };
}

/** From best to worst. UNKNOWN is not worse than PASS: only a deadline can tell. */
const rank: Readonly<Record<FreshnessState, number>> = { PASS: 0, UNKNOWN: 0, WARN: 1, FAIL: 2 };

function evaluate({ policy, partition }: SubjectRules, facts: FreshnessFacts): Freshness {
  return partition === null ? evaluateFreshness(policy, facts) : evaluatePartition(policy, partition, facts);
}

function reasonOf({ policy }: SubjectRules): FreshnessReason {
  return policy.type === "cron" ? "deadline" : "window";
}

/** Whether the state before was UNKNOWN only because nothing was to get worse at that time, or the asset was wiped. */
function wasHeldBack(before: SubjectState, rules: SubjectRules): boolean {
  const facts = { lastAt: before.lastAt, definedAt: before.definedAt, now: before.since };
  return evaluate(rules, facts).state !== "UNKNOWN";
}

/** True for a partition whose deadline came after the policy: its first state is not old. */
function isDueLater({ partition }: SubjectRules, { deadline, definedAt, state }: SubjectState): boolean {
  if (partition === null || partition.end === null || state === "PASS") return false;
  return deadline !== null && definedAt !== null && deadline > definedAt;
}

/** The deadline that was missed; while the state is PASS or UNKNOWN, the next one. Null where there is none. */
export function deadlineOf(
  { policy, partition }: SubjectRules,
  { lastAt, definedAt, now }: FreshnessFacts,
  { state, nextChangeAt }: Freshness,
): number | null {
  const rules = compilePolicy(policy);
  const end = partition?.end ?? null;
  if (end !== null) return rules.type === "cron" ? rules.ticks.after(end - 1) : end + rules.fail;
  if (rules.type === "cron")
    return state === "PASS" || state === "UNKNOWN" ? nextChangeAt : rules.ticks.atOrBefore(now);
  const from = lastAt ?? definedAt;
  return from === null ? null : from + rules.fail;
}

/**
 * When somebody may be notified of the first state, if it still holds: at the next tick, or `fail_window` after the
 * definition.
 */
function firstTold({ policy }: SubjectRules, { definedAt, now }: FreshnessFacts): number {
  const rules = compilePolicy(policy);
  if (rules.type === "cron") return rules.ticks.after(now) ?? now;
  return Math.max(now, (definedAt ?? now) + rules.fail);
}
