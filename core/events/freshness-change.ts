/** PASS, WARN and FAIL say how fresh something is. UNKNOWN: there is nothing to judge it by yet, or not any more. */
export type FreshnessState = "PASS" | "WARN" | "FAIL" | "UNKNOWN";

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
