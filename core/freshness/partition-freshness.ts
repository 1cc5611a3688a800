import { earliest } from "../time.ts";
import { ageState, evaluateFreshness, type Freshness, type FreshnessFacts } from "./evaluate-freshness.ts";
import { lastEnded, type PartitionWindow, staticPartitions } from "./expected-partitions.ts";
import { compileWindows, type Partitions } from "./partitions.ts";
import { type CountedEvent, compilePolicy, type FreshnessPolicy, type FreshnessState } from "./policy.ts";

/** The state of a partition. It is late from `dueAt` on. Null if the state depends only on the newest event. */
export interface PartitionFreshness extends Freshness {
  readonly dueAt: number | null;
}

/** What the policy of a partitioned asset is evaluated with. Times are milliseconds since 1970 UTC. */
export interface PartitionedFacts extends Omit<FreshnessFacts, "lastAt"> {
  /** By partition: as `FreshnessFacts.lastAt`. */
  readonly lastAt: ReadonlyMap<string, number>;
}

export interface PartitionedFreshness extends Freshness {
  /** The watched partitions, oldest first, or in the order of the static keys. */
  readonly partitions: readonly (PartitionWindow & PartitionFreshness)[];
}

/** The partitions that a policy watches now. They change at `nextEnd`, when the next window ends (null: never). */
export interface WatchedPartitions {
  readonly partitions: readonly PartitionWindow[];
  readonly nextEnd: number | null;
}

/**
 * The partitions that a policy watches: the last `lookback` expected ones whose windows have ended, oldest first. Static
 * partitions are all watched.
 *
 * @example
 * const policy = { type: "time_window", fail_window: "6h", lookback: 2 } as const;
 * const partitions = { type: "daily", start: "2026-01-01" } as const;
 * const watched = watchedPartitions(policy, partitions, Date.UTC(2026, 10, 30, 12));
 * console.log(watched.partitions.map((one) => one.partition)); // [ '2026-11-28', '2026-11-29' ]
 */
export function watchedPartitions(policy: FreshnessPolicy, partitions: Partitions, now: number): WatchedPartitions {
  if (partitions.type === "static") return { partitions: staticPartitions(partitions), nextEnd: null };
  const { ended, nextEnd } = lastEnded(compileWindows(partitions), compilePolicy(policy).lookback, now);
  return { partitions: ended, nextEnd };
}

/**
 * Evaluates the policy for one partition. A static partition is evaluated as an asset is.
 *
 * A partition with a time window passes, for good, once an event counts at or after the end of the window (minus
 * `early`). It is due `fail_window` after that end, or at the first tick at or after it. Until then it is UNKNOWN, or WARN
 * from `warn_window` on.
 *
 * @example
 * const policy = { type: "time_window", fail_window: "6h" } as const;
 * const window = { partition: "2026-11-29", start: Date.UTC(2026, 10, 29), end: Date.UTC(2026, 10, 30) };
 * const facts = { lastAt: null, definedAt: null, now: Date.UTC(2026, 10, 30, 7) };
 * console.log(evaluatePartition(policy, window, facts).state); // FAIL
 */
export function evaluatePartition(
  policy: FreshnessPolicy,
  window: PartitionWindow,
  facts: FreshnessFacts,
): PartitionFreshness {
  const { end } = window;
  if (end === null) return { ...evaluateFreshness(policy, facts), dueAt: null };
  const rules = compilePolicy(policy);
  const dueAt = rules.type === "cron" ? rules.ticks.after(end - 1) : end + rules.fail;
  if (facts.lastAt !== null && facts.lastAt >= end - rules.early) return { state: "PASS", nextChangeAt: null, dueAt };
  const { now } = facts;
  if (rules.type === "time_window") {
    return { ...ageState({ since: end, warn: rules.warn, fail: rules.fail, now, atFirst: "UNKNOWN" }), dueAt };
  }
  if (dueAt === null || now < dueAt) return { state: "UNKNOWN", nextChangeAt: dueAt, dueAt };
  const graceEnd = dueAt + rules.grace;
  return now < graceEnd
    ? { state: "WARN", nextChangeAt: graceEnd, dueAt }
    : { state: "FAIL", nextChangeAt: null, dueAt };
}

/**
 * Evaluates the policy of a partitioned asset. Its state is the worst of its watched partitions. `nextChangeAt` is the
 * first time at which the state of one of them changes without a new event, or at which other partitions are watched.
 *
 * @example
 * const policy = { type: "time_window", fail_window: "24h" } as const;
 * const partitions = { type: "static", keys: ["eu", "us"] } as const;
 * const now = Date.UTC(2026, 10, 30);
 * const facts = { lastAt: new Map([["eu", now]]), definedAt: null, now };
 * console.log(evaluatePartitions(policy, partitions, facts).state); // FAIL
 */
export function evaluatePartitions(
  policy: FreshnessPolicy,
  partitions: Partitions,
  facts: PartitionedFacts,
): PartitionedFreshness {
  const watched = watchedPartitions(policy, partitions, facts.now);
  const states = watched.partitions.map((window) => ({
    ...window,
    ...evaluatePartition(policy, window, { ...facts, lastAt: facts.lastAt.get(window.partition) ?? null }),
  }));
  return {
    state: worstState(states.map(({ state }) => state)),
    nextChangeAt: earliest([watched.nextEnd, ...states.map(({ nextChangeAt }) => nextChangeAt)]),
    partitions: states,
  };
}

/**
 * The events that a policy counts: a partition with a time window is met by materializations alone.
 *
 * @example
 * const policy = { type: "time_window", fail_window: "1d", counts: ["observation"] } as const;
 * console.log(countedEvents(policy, null)); // [ 'observation' ]
 */
export function countedEvents({ counts }: FreshnessPolicy, partition: PartitionWindow | null): readonly CountedEvent[] {
  const isWindowed = partition !== null && partition.end !== null;
  return isWindowed ? ["materialization"] : (counts ?? ["materialization"]);
}

const fromWorst: readonly FreshnessState[] = ["FAIL", "WARN", "PASS"];

/**
 * The worst of these states: FAIL, then WARN, then PASS. UNKNOWN only if all are: a partition that is not yet due does not
 * hide the state of the others.
 *
 * @example
 * console.log(worstState(["PASS", "UNKNOWN", "WARN"])); // WARN
 */
export function worstState(states: Iterable<FreshnessState>): FreshnessState {
  const all = new Set(states);
  return fromWorst.find((state) => all.has(state)) ?? "UNKNOWN";
}
