/** PASS, WARN and FAIL say how fresh something is. UNKNOWN: there is nothing to judge it by yet, or not any more. */
export type FreshnessState = "PASS" | "WARN" | "FAIL" | "UNKNOWN";

/** From best to worst, and UNKNOWN. */
export const freshnessStates = ["PASS", "WARN", "FAIL", "UNKNOWN"] as const;

/** Whether a state is one that an alert is opened for. */
export function isBad(state: FreshnessState | null | undefined): boolean {
  return state === "WARN" || state === "FAIL";
}

/** Why a state changed. */
export type FreshnessReason =
  /** A tick passed without an event that it waited for. */
  | "deadline"
  /** The newest event became too old. */
  | "window"
  /** An event came. */
  | "reported"
  | "wiped"
  /** The first state after a definition. */
  | "initial"
  | "policy_changed"
  | "policy_removed"
  /** The definition has no such partition any more. */
  | "partition_removed"
  /** Newer partitions are watched instead. */
  | "no_longer_watched";

/** What a FRESHNESS_STATE_CHANGE says. Times are milliseconds since 1970 UTC. */
export interface FreshnessChange {
  readonly state: FreshnessState;
  readonly previousState: FreshnessState;
  readonly reason: FreshnessReason;
  readonly deadline: number | null;
  /** When the newest event counted. */
  readonly lastAt: number | null;
}

/** A change as one line: `PASS → FAIL, deadline 2026-11-30T06:00Z missed`. */
export function changeSentence({ state, previousState, ...why }: FreshnessChange): string {
  return `${previousState} → ${state}, ${whySentence(why)}`;
}

function whySentence({ reason, deadline, lastAt }: Omit<FreshnessChange, "state" | "previousState">): string {
  if (reason === "deadline") return deadline === null ? "deadline missed" : `deadline ${shortTime(deadline)} missed`;
  if (reason === "window") return lastAt === null ? "nothing came" : `nothing came since ${shortTime(lastAt)}`;
  if (reason === "reported") return lastAt === null ? "an event came" : `an event came at ${shortTime(lastAt)}`;
  // A newer version may know other reasons.
  return sentences[reason] ?? (reason as string).replaceAll("_", " ");
}

const sentences: Readonly<Partial<Record<FreshnessReason, string>>> = {
  wiped: "events were wiped",
  initial: "first evaluation of the policy",
  policy_changed: "the policy changed",
  policy_removed: "the policy was removed",
  partition_removed: "the definition has no such partition any more",
  no_longer_watched: "newer partitions are watched instead",
};

/** In UTC, to the minute if that is exact, else to the second. */
function shortTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/(?::00)?\.\d+Z$/, "Z");
}
