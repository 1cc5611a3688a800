import { sameKey } from "../../core/asset-key.ts";
import type { FreshnessReason, FreshnessState } from "../../core/freshness/index.ts";
import { type AssetCheckSeverity, type AssetKey, hasPrefix } from "../../core/index.ts";
import type { ListRequest } from "../event-log.ts";

/**
 * Stores what a server needs to watch assets: the lease of the server that watches, the freshness of each subject (an
 * asset, or one of its partitions), alerts and mutes. It belongs to a log and its definitions, and lives as long as the
 * log.
 *
 * Each change is recorded once: `step` writes an event, the state of its subject and its alert together or not at all,
 * and only for the server that holds the lease.
 *
 * @example
 * const { log, watching } = await openStores({ url: "file:runless.db" });
 * const firing = await watching.alerts({ status: "firing" }, { limit: 100 });
 * await log.close();
 */
export interface WatchStore {
  /** Says which server watches, and whether there is work for it. */
  lease(): Promise<WatchLease>;

  /** Takes the lease, unless it changed since it was read. Returns the new fence; undefined if it changed. */
  takeLease(holder: string, seen: WatchLease): Promise<number | undefined>;

  /** Gives the lease back, so that another server can take it at once. A step that writes renews the lease. */
  releaseLease(fence: number): Promise<void>;

  /**
   * Follows the log from the end of the last step, judges the subjects that are due, and records what changed. A step
   * is bounded. It writes nothing if the fence is no longer that of the holder.
   */
  step(request: WatchRequest): Promise<WatchStep>;

  /** The freshness of assets, in the order of the keys. Undefined for one that is not watched. For up to 1,000 keys. */
  freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]>;

  /** The subjects of an asset for these partitions, by partition. Those that are not watched are left out. */
  partitionsOf(key: AssetKey, partitions: readonly string[]): Promise<ReadonlyMap<string, Subject>>;

  /** Subjects ordered by key and partition. */
  subjects(filter: SubjectFilter, page: ListRequest): Promise<SubjectPage>;

  /** Counts the subjects in each state, and the alerts that fire. It reads every subject. */
  counts(): Promise<WatchCounts>;

  /** Counts the alerts that fire, and reads nothing else. */
  firing(): Promise<WatchCounts["firing"]>;

  /** Alerts, newest first. */
  alerts(filter: AlertFilter, page: ListRequest): Promise<AlertPage>;

  alert(id: number): Promise<Alert | undefined>;

  /** Closes an alert. Another one opens only for a new failure. Undefined if there is none with this id. */
  closeAlert(id: number): Promise<Alert | undefined>;

  /** Mutes the asset of a key, or all assets at and below a prefix, until a time. */
  mute(name: MuteName, until: number, by: string | null): Promise<void>;

  /** Ends a mute. Returns false if there is none. */
  unmute(name: MuteName): Promise<boolean>;

  /** Mutes that have not ended, ordered by key. */
  mutes(): Promise<readonly Mute[]>;
}

export interface WatchLease {
  /** Null while no server watches. */
  readonly holder: string | null;
  readonly fence: number;
  /** Grows with every write. Another server may take over once it has not grown for 15 s, by that server's clock. */
  readonly beat: number;
  /** The time at which states were judged last; null while nothing is watched. */
  readonly evaluatedUntil: number | null;
  readonly settleUntil: number | null;
  /** How many ids the log is ahead of the cursor. */
  readonly behind: number;
  /** False if nothing is defined, nothing fires, and the whole log has been followed. */
  readonly hasWork: boolean;
}

export interface WatchRequest {
  readonly fence: number;
  /** The time at which states are judged, in milliseconds since 1970 UTC. */
  readonly now: number;
  /** The time of the system's clock, for what is recorded. */
  readonly clock: number;
  /** No state gets worse before this time. Null: states may get worse. */
  readonly settleUntil: number | null;
  /** The id of the newest event that this holder has followed. Undefined: the one that is stored. */
  readonly cursor: number | undefined;
  /** True: the cursor is written even if nothing was decided. */
  readonly notesProgress: boolean;
}

export interface WatchStep {
  /** False: another server holds the lease now, and nothing was written. */
  readonly isHolder: boolean;
  /** The cursor of the next step. Undefined: the next step reads the stored one. */
  readonly cursor: number | undefined;
  /** Whether there is more to do at once. */
  readonly hasMore: boolean;
  readonly decisions: number;
  /** Whether anything was written, progress included. */
  readonly isWritten: boolean;
  /** When the next subject is due; null: none. */
  readonly nextAt: number | null;
  /** How many ids the log is ahead of the cursor. */
  readonly behind: number;
}

/** The freshness of an asset, or of a partition. Times are milliseconds since 1970 UTC. */
export interface Subject {
  readonly assetKey: AssetKey;
  /** Null for an asset without partitions. */
  readonly partition: string | null;
  readonly state: FreshnessState;
  readonly since: number;
  readonly lastAt: number | null;
  /** The deadline that was missed; while the state is PASS or UNKNOWN, the next one. */
  readonly deadline: number | null;
  /** When the state may change without an event. */
  readonly nextAt: number | null;
  readonly definedAt: number | null;
}

/** The freshness of an asset. That of a partitioned asset is the worst of its partitions. */
export interface AssetFreshness extends Omit<Subject, "partition"> {
  /** How many partitions have each state; null for an asset without partitions. */
  readonly partitions: Readonly<Partial<Record<FreshnessState, number>>> | null;
}

export interface SubjectFilter {
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | undefined;
  readonly state?: FreshnessState | undefined;
}

export interface SubjectPage {
  readonly subjects: readonly Subject[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export type AlertKind = "freshness" | "check";
export type AlertStatus = "firing" | "resolved";

/** Why an alert fires, or was resolved: a reason of its freshness change, or what happened to its check. */
export type AlertReason = FreshnessReason | "check_failed" | "check_passed" | "closed";

/** A problem that goes on, or one that ended. Times are milliseconds since 1970 UTC. */
export interface Alert {
  readonly id: number;
  readonly kind: AlertKind;
  readonly status: AlertStatus;
  /** For freshness, WARN while the state is WARN, and ERROR while it is FAIL. For a check, that of its evaluation. */
  readonly severity: AssetCheckSeverity;
  readonly assetKey: AssetKey;
  readonly partition: string | null;
  /** Null for freshness. */
  readonly checkName: string | null;
  readonly since: number;
  readonly resolvedAt: number | null;
  /** The event that opened it, made it worse or resolved it; null where there was none. */
  readonly eventId: number | null;
  readonly reason: AlertReason;
  /** Until when it is muted now; null: it is not. */
  readonly mutedUntil: number | null;
  /** The earliest time at which somebody may be notified of it. Null: since it opened. */
  readonly tellAt: number | null;
  /** Owners, group and tags of the definition when the alert opened. */
  readonly owners: readonly string[];
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface AlertFilter {
  readonly status?: AlertStatus | undefined;
  readonly kind?: AlertKind | undefined;
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | undefined;
  /** Exactly this asset. */
  readonly assetKey?: AssetKey | undefined;
}

export interface AlertPage {
  readonly alerts: readonly Alert[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface WatchCounts {
  readonly subjects: Readonly<Record<FreshnessState, number>>;
  readonly firing: readonly {
    readonly kind: AlertKind;
    readonly severity: AssetCheckSeverity;
    readonly count: number;
  }[];
}

export type MuteName =
  | { readonly assetKey: AssetKey; readonly prefix?: undefined }
  | { readonly prefix: AssetKey; readonly assetKey?: undefined };

/**
 * Whether a mute holds for an asset.
 *
 * @example
 * console.log(isMutedBy({ prefix: ["warehouse"] }, ["warehouse", "orders"])); // true
 */
export function isMutedBy({ assetKey, prefix }: MuteName, key: AssetKey): boolean {
  return prefix === undefined ? sameKey(assetKey, key) : hasPrefix(key, prefix);
}

export interface Mute {
  readonly name: MuteName;
  readonly until: number;
  /** The name of the token that muted it. */
  readonly by: string | null;
}
