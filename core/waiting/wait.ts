import type { AssetKey } from "../asset-key.ts";
import type { AssetCheckSeverity } from "../events/events.ts";
import type { FreshnessState } from "../freshness/index.ts";

/**
 * A question that may be asked for a while: at least one of `partition`, `since`, `within` and `fresh`. All that are
 * given must hold, of each key. Times are milliseconds since 1970 UTC.
 */
export interface WaitQuestion {
  readonly keys: readonly AssetKey[];
  /** This partition must be there. */
  readonly partition?: string | undefined;
  /** The materialization must have counted at or after this time. */
  readonly since?: number | undefined;
  /** It must be at most so old, in milliseconds. */
  readonly within?: number | undefined;
  /** The asset's freshness policy must say PASS. */
  readonly fresh?: boolean | undefined;
  /** The checks that must have passed since: by name, or all that are defined, else all that were seen. Default: none. */
  readonly checks?: readonly string[] | "all" | undefined;
  /** Failures of severity WARN block too. */
  readonly strict?: boolean | undefined;
  /** A failure of severity ERROR, or of the materialization itself, ends the wait. */
  readonly failFast?: boolean | undefined;
}

/** An event by its place in the log, and when it counted: min(timestamp, received_at). */
export interface CountedAt {
  readonly id: number;
  readonly at: number;
}

/** The latest evaluation of a check, for one partition or (null) for none. */
export interface LatestEvaluation {
  readonly checkName: string;
  readonly partition: string | null;
  readonly id: number;
  readonly passed: boolean;
  readonly severity: AssetCheckSeverity;
}

/** What the log knows of one asset, all of it read at once. */
export interface WaitFacts {
  readonly assetKey: AssetKey;
  /** The newest materialization (by when it counted) of the partition that is asked for, else of the asset. */
  readonly materialization: (CountedAt & { readonly partition: string | null }) | null;
  /** The newest attempt that failed, of the same. */
  readonly failure?: CountedAt | null | undefined;
  /** Of each check and partition. */
  readonly evaluations: readonly LatestEvaluation[];
  /** The checks that a definition names; null without a definition. */
  readonly definedChecks: readonly string[] | null;
  /** By the asset's policy, now; null where there is none: such a question is refused before. */
  readonly freshness: FreshnessState | null;
}

/** What a wait still waits for. `what` is `partition`, `materialization`, `freshness` or `check:<name>`. */
export interface WaitingFor {
  readonly assetKey: AssetKey;
  readonly what: string;
  /** `stale`: it is there, and older than it must be. */
  readonly state: "missing" | "failed" | "stale";
}

export type WaitDecision =
  | { readonly satisfied: true }
  | { readonly satisfied: false; readonly waitingFor: readonly WaitingFor[]; readonly failedFast: boolean };

/**
 * Decides whether what a wait asks for is there. What was there before the question satisfies it. A check must have been
 * evaluated after (by id) the materialization that it judges, for the same partition: an older pass is stale, and an
 * older failure ends nothing. Throws a TypeError for a question without a key, or without one of the four conditions:
 * any old materialization would do.
 */
export function decideWait(question: WaitQuestion, facts: readonly WaitFacts[], now: number): WaitDecision {
  const { keys, partition, since, within, fresh } = question;
  const isBounded = partition !== undefined || since !== undefined || within !== undefined || fresh === true;
  if (keys.length === 0 || !isBounded) throw new TypeError("a wait needs a key, and partition, since, within or fresh");
  const known = new Map(facts.map((one) => [JSON.stringify(one.assetKey), one]));
  const found = keys.map((key) => lookAt(question, known.get(JSON.stringify(key)) ?? nothingOf(key), now));
  const waitingFor = found.flatMap((one) => one.waitingFor);
  if (waitingFor.length === 0) return { satisfied: true };
  return { satisfied: false, waitingFor, failedFast: question.failFast === true && found.some((one) => one.isFinal) };
}

interface Look {
  readonly waitingFor: readonly WaitingFor[];
  /** Whether something failed for good. */
  readonly isFinal: boolean;
}

function nothingOf(assetKey: AssetKey): WaitFacts {
  return { assetKey, materialization: null, evaluations: [], definedChecks: null, freshness: null };
}

function lookAt(question: WaitQuestion, facts: WaitFacts, now: number): Look {
  const { assetKey, materialization } = facts;
  const unmet = materializationUnmet(question, facts, now);
  const isStale = question.fresh === true && facts.freshness !== "PASS";
  const waitingFor: WaitingFor[] = unmet === undefined ? [] : [{ assetKey, ...unmet }];
  if (isStale) waitingFor.push({ assetKey, what: "freshness", state: materialization === null ? "missing" : "stale" });
  // Checks of data that is to be replaced decide nothing.
  if (waitingFor.length > 0) return { waitingFor, isFinal: unmet?.state === "failed" };
  const checks = checksOf(question, facts).map((name) => ({ name, ...judgeCheck(question, facts, name) }));
  for (const { name, state } of checks) {
    if (state !== undefined) waitingFor.push({ assetKey, what: `check:${name}`, state });
  }
  return { waitingFor, isFinal: checks.some(({ isError }) => isError) };
}

function materializationUnmet(
  { partition, since, within }: WaitQuestion,
  { materialization, failure = null }: WaitFacts,
  now: number,
): Omit<WaitingFor, "assetKey"> | undefined {
  if (partition === undefined && since === undefined && within === undefined) return undefined;
  const what = partition === undefined ? "materialization" : "partition";
  const least = Math.max(since ?? Number.NEGATIVE_INFINITY, now - (within ?? Number.POSITIVE_INFINITY));
  if (materialization !== null && materialization.at >= least) return undefined;
  if (failure !== null && failure.at >= least && failure.id > (materialization?.id ?? 0))
    return { what, state: "failed" };
  return { what, state: materialization === null ? "missing" : "stale" };
}

function checksOf(
  { checks = [], partition }: WaitQuestion,
  { definedChecks, evaluations }: WaitFacts,
): readonly string[] {
  if (checks !== "all") return checks;
  if (definedChecks !== null && definedChecks.length > 0) return definedChecks;
  const seen = evaluations.filter((one) => partition === undefined || one.partition === partition);
  return [...new Set(seen.map(({ checkName }) => checkName))];
}

function judgeCheck(
  { partition, strict = false }: WaitQuestion,
  { evaluations, materialization }: WaitFacts,
  checkName: string,
): { readonly state: WaitingFor["state"] | undefined; readonly isError: boolean } {
  // Without a partition in the question, a check of the whole asset judges its partitions too.
  const isOfIt = (one: LatestEvaluation) =>
    one.partition === (partition ?? materialization?.partition ?? null) ||
    (partition === undefined && one.partition === null);
  const latest = evaluations
    .filter((one) => one.checkName === checkName && isOfIt(one))
    .reduce<LatestEvaluation | undefined>(
      (newest, one) => (newest === undefined || one.id > newest.id ? one : newest),
      undefined,
    );
  if (latest === undefined) return { state: "missing", isError: false };
  if (latest.id < (materialization?.id ?? 0)) return { state: "stale", isError: false };
  const isError = !latest.passed && latest.severity === "ERROR";
  return { state: isError || (!latest.passed && strict) ? "failed" : undefined, isError };
}
