import type { AssetKey } from "../asset-key.ts";
import type { AssetCheckSeverity } from "../events/event-fields.ts";
import type { FreshnessState } from "../freshness/index.ts";

/**
 * The conditions of a wait: at least one of `partition`, `since`, `within` and `fresh`. All given conditions must hold for
 * each key. Times are milliseconds since 1970 UTC.
 */
export interface WaitQuestion {
  readonly keys: readonly AssetKey[];
  /** This partition must be materialized. */
  readonly partition?: string | undefined;
  /** The newest materialization must have counted at or after this time. */
  readonly since?: number | undefined;
  /** The newest materialization must be at most this old, in milliseconds. */
  readonly within?: number | undefined;
  /** The asset's freshness state must be PASS. */
  readonly fresh?: boolean | undefined;
  /**
   * The checks that must have passed after the materialization: by name, or all that are defined, or, without
   * definitions, all that were ever evaluated. Default: none.
   */
  readonly checks?: readonly string[] | "all" | undefined;
  /** Whether failures of severity WARN block too. */
  readonly strict?: boolean | undefined;
  /** Whether a check that failed with the severity ERROR ends the wait. A failed run reports no event, so it does not. */
  readonly failFast?: boolean | undefined;
}

/** The id of an event, and the time at which it counted: min(timestamp, received_at). */
interface CountedAt {
  readonly id: number;
  readonly at: number;
}

/** The latest evaluation of a check, for one partition or (null) for the whole asset. */
export interface LatestEvaluation {
  readonly checkName: string;
  readonly partition: string | null;
  readonly id: number;
  readonly passed: boolean;
  readonly severity: AssetCheckSeverity;
}

/** The state of one asset, as of one moment. */
export interface WaitFacts {
  readonly assetKey: AssetKey;
  /** The newest materialization (by the time at which it counted) of the partition in the question, else of the asset. */
  readonly materialization: (CountedAt & { readonly partition: string | null }) | null;
  /** The newest failed attempt, of that partition or asset. No event says so yet: stores leave it out. */
  readonly failure?: CountedAt | null | undefined;
  /** The latest evaluation of each check and partition. */
  readonly evaluations: readonly LatestEvaluation[];
  /** The checks in the definition of the asset. Null without a definition. */
  readonly definedChecks: readonly string[] | null;
  /** The current freshness state. Null without a policy; a question with `fresh` is refused then, before this is read. */
  readonly freshness: FreshnessState | null;
}

/** A condition that does not hold yet. `what` is `partition`, `materialization`, `freshness` or `check:<name>`. */
export interface WaitingFor {
  readonly assetKey: AssetKey;
  readonly what: string;
  /** `stale`: it exists, but is too old. */
  readonly state: "missing" | "failed" | "stale";
}

export type WaitDecision =
  | { readonly satisfied: true }
  | { readonly satisfied: false; readonly waitingFor: readonly WaitingFor[]; readonly failedFast: boolean };

/**
 * Decides whether the conditions of a wait hold. Events from before the question count too.
 *
 * A check must have been evaluated after (by id) the materialization that it judges, for the same partition. An older
 * pass is stale, and an older failure does not end the wait.
 *
 * Throws a TypeError for a question without a key, or without any of the four conditions, since any old materialization
 * would satisfy it.
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
  /** Whether a failure ends the wait, if it may. */
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
  // The checks have judged data that is about to be replaced, so they do not count.
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
  // If the question has no partition, checks of the whole asset judge the materialized partition too.
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
