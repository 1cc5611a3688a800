import { parseDuration } from "../../../core/freshness/duration.ts";
import {
  type CountedEvent,
  countedEvents,
  cronSchedule,
  evaluateFreshness,
  evaluatePartition,
  type FreshnessFacts,
  type FreshnessPolicy,
  type FreshnessState,
  type PartitionWindow,
} from "../../../core/freshness/index.ts";
import { time } from "../reading/event-cells.ts";

/** The newest event that a policy counts. */
export interface LastEvent {
  readonly id: number;
  /** When it counted, in milliseconds since 1970 UTC. */
  readonly at: number;
}

export interface ExplainedState {
  readonly state: FreshnessState;
  readonly nextChangeAt: number | null;
  /** Sentences that explain the state: the event, the deadline or the window, and what follows. */
  readonly reasons: readonly string[];
}

type Facts = Pick<FreshnessFacts, "definedAt" | "now">;

/** The state that a policy gives an asset, or one of its partitions, and why. */
export function explainState(
  policy: FreshnessPolicy,
  window: PartitionWindow | null,
  last: LastEvent | null,
  facts: Facts,
): ExplainedState {
  const known = { ...facts, lastAt: last?.at ?? null };
  const isWindowed = window !== null && window.end !== null;
  const found = window === null ? evaluateFreshness(policy, known) : evaluatePartition(policy, window, known);
  const told = isWindowed
    ? tellPartition(policy, window.end, last, found, facts)
    : policy.type === "cron"
      ? tellTick(policy, last, found.state, facts)
      : tellAge(policy, last, found.state, facts);
  const reasons = [
    lastEvent(countedEvents(policy, window), last, facts.now),
    ...told,
    ...outlook(found.nextChangeAt, policy),
  ];
  return { state: found.state, nextChangeAt: found.nextChangeAt, reasons };
}

type PolicyOf<Type> = Extract<FreshnessPolicy, { readonly type: Type }>;

function lastEvent(counts: readonly CountedEvent[], last: LastEvent | null, now: number): string {
  const kinds = counts.join(" or ");
  if (last === null) return `No ${kinds} was known.`;
  return `The last ${kinds} was event ${last.id}, which counted at ${time(last.at)}, ${span(now - last.at)} before.`;
}

function tellAge(
  { warn_window: warn, fail_window: fail }: PolicyOf<"time_window">,
  last: LastEvent | null,
  state: FreshnessState,
  { definedAt }: Facts,
): readonly string[] {
  const since = last?.at ?? definedAt;
  if (since === null) return [`The policy is as old as the log: something had to come within ${fail}.`];
  const from = last === null ? [`The policy counts from ${time(since)} on.`] : [];
  const ends = (window: string) => time(since + (parseDuration(window) ?? 0));
  if (state === "FAIL") return [...from, `The window of ${fail} (fail_window) ended at ${ends(fail)}.`];
  if (state === "WARN" && warn !== undefined) {
    return [...from, `The window of ${warn} (warn_window) ended at ${ends(warn)}.`];
  }
  const window = warn === undefined ? `${fail} (fail_window)` : `${warn} (warn_window)`;
  return [...from, `The window of ${window} had not ended.`];
}

function tellTick(
  policy: PolicyOf<"cron">,
  last: LastEvent | null,
  state: FreshnessState,
  { definedAt, now }: Facts,
): readonly string[] {
  const { deadline_cron: cron, lower_bound_delta: delta, grace, timezone = "UTC" } = policy;
  const tick = cronSchedule(cron, timezone).atOrBefore(now);
  if (tick === null || state === "UNKNOWN") {
    const since = definedAt === null ? "" : `, which counts from ${time(definedAt)} on,`;
    return [`No deadline of the policy (${cron})${since} had passed.`];
  }
  const from = tick - (parseDuration(delta) ?? 0);
  const deadline = `The last deadline (${cron}) was ${inZone(tick, timezone)}, for what counted from ${time(from)} on (lower_bound_delta ${delta}).`;
  if (state === "PASS") return [deadline, "It was met."];
  if (state === "WARN") return [deadline, `It was missed, and the grace of ${grace} had not ended.`];
  const hasGrace = grace !== undefined && now < tick + (parseDuration(grace) ?? 0);
  const why = hasGrace ? "It was missed, as was the one before, so that there is no grace." : "It was missed.";
  return last !== null && last.at < from ? [deadline, `${why} The last event was too early for it.`] : [deadline, why];
}

function tellPartition(
  policy: FreshnessPolicy,
  end: number | null,
  last: LastEvent | null,
  { state, dueAt = null }: { readonly state: FreshnessState; readonly dueAt?: number | null },
  { now }: Facts,
): readonly string[] {
  if (end === null) return [];
  const { timezone = "UTC", early } = policy;
  const due = dueAt === null ? "never due" : `due at ${inZone(dueAt, timezone)}`;
  const window = `The window of the partition ended at ${inZone(end, timezone)}, and it was ${due}.`;
  if (state === "PASS") return [window];
  if (last !== null) {
    const allowed = early === undefined ? "" : ` (less early: ${early})`;
    return [window, `The event counted before the end of the window${allowed}.`];
  }
  const isLate = dueAt !== null && now >= dueAt;
  return isLate || state !== "UNKNOWN" ? [window] : [window, "It was not late yet."];
}

function outlook(nextChangeAt: number | null, { timezone = "UTC" }: FreshnessPolicy): readonly string[] {
  return nextChangeAt === null ? [] : [`Without an event, the state may change at ${inZone(nextChangeAt, timezone)}.`];
}

/** A time in UTC, and in the policy's zone. */
function inZone(at: number, zone: string): string {
  if (zone === "UTC") return time(at);
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at);
  return `${time(at)} (${local} in ${zone})`;
}

/** The two largest units of a length of time: `1d 6h`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const units = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return "0s";
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}
