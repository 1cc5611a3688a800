import { sameKey } from "../../core/asset-key.ts";
import type { FreshnessReason, FreshnessState } from "../../core/freshness/index.ts";
import { type AssetCheckSeverity, type AssetKey, hasPrefix } from "../../core/index.ts";
import type { ListRequest } from "../event-log.ts";

/**
 * What a server keeps to watch assets: who watches, the freshness of each subject (an asset, or one of its partitions),
 * alerts and mutes. It lies beside the log and the definitions that are watched, and lives as long as the log.
 *
 * A store makes decisions single: `step` writes an event, the state of its subject and its alert together or not at all,
 * and only for who holds the lease.
 *
 * @example
 * const { watching } = await openStores({ url: "file:runless.db" });
 * const firing = await watching.alerts({ status: "firing" }, { limit: 100 });
 */
export interface WatchStore {
  /** Who watches, and whether there is anything to do. */
  lease(): Promise<WatchLease>;

  /** Takes the lease, unless it changed since it was read. Returns the new fence; undefined if it changed. */
  takeLease(holder: string, seen: WatchLease): Promise<number | undefined>;

  /** Lets others take over at once. A step that writes renews the lease. */
  releaseLease(fence: number): Promise<void>;

  /**
   * Follows the log from where the last step ended, judges what is due, and records what changed: one bounded piece of
   * work. Nothing is written if the fence is not that of the holder any more.
   */
  step(request: WatchRequest): Promise<WatchStep>;

  /** The freshness of assets, in the order of the keys. Undefined for one that is not watched. For up to 1,000 keys. */
  freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]>;

  /** The subjects of an asset for these partitions, by partition. Those that are not watched are left out. */
  partitionsOf(key: AssetKey, partitions: readonly string[]): Promise<ReadonlyMap<string, Subject>>;

  /** Subjects ordered by key and partition. */
  subjects(filter: SubjectFilter, page: ListRequest): Promise<SubjectPage>;

  /** How many subjects have each state, and how many alerts fire. It looks at every subject. */
  counts(): Promise<WatchCounts>;

  /** How many alerts fire: the part of `counts` that looks at no more than those. */
  firing(): Promise<WatchCounts["firing"]>;

  /** Alerts, newest first. */
  alerts(filter: AlertFilter, page: ListRequest): Promise<AlertPage>;

  alert(id: number): Promise<Alert | undefined>;

  /** Ends an alert for good: it opens again only for a new failure. Undefined if there is none with this id. */
  closeAlert(id: number): Promise<Alert | undefined>;

  /** Mutes what is at a key, or at and below a prefix, until then. */
  mute(name: MuteName, until: number, by: string | null): Promise<void>;

  /** Returns false if it was not muted. */
  unmute(name: MuteName): Promise<boolean>;

  /** Mutes that have not ended, ordered by key. */
  mutes(): Promise<readonly Mute[]>;
}

export interface WatchLease {
  /** Null while nobody watches. */
  readonly holder: string | null;
  readonly fence: number;
  /** Grows with every write: another server may take over when it has stood still for 15 s of its own clock. */
  readonly beat: number;
  /** By which time states were judged last; null while nothing is watched. */
  readonly evaluatedUntil: number | null;
  readonly settleUntil: number | null;
  /** How many ids the log is ahead of what was followed. */
  readonly behind: number;
  /** False if nothing is defined, nothing fires, and the whole log has been followed. */
  readonly hasWork: boolean;
}

export interface WatchRequest {
  readonly fence: number;
  /** By which time states are judged, in milliseconds since 1970 UTC. */
  readonly now: number;
  /** The clock, for what is recorded. */
  readonly clock: number;
  /** Until then nothing gets worse. */
  readonly settleUntil: number | null;
  /** The id of the newest event that this holder has followed; undefined: the store's own. */
  readonly cursor: number | undefined;
  /** True: where the holder stands is written although nothing was decided. */
  readonly notesProgress: boolean;
}

export interface WatchStep {
  /** False: another holds the lease now, and nothing was written. */
  readonly isHolder: boolean;
  /** Where the next step follows on. Undefined: it reads that itself. */
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

/** The freshness of an asset: of a partitioned one the worst of its partitions. */
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

/** An open problem, or one that ended. Times are milliseconds since 1970 UTC. */
export interface Alert {
  readonly id: number;
  readonly kind: AlertKind;
  readonly status: AlertStatus;
  /** Of freshness: WARN while the state is WARN, ERROR while it is FAIL. Of a check: its own. */
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
  /** It opened silently: before this time it is no news. Null: it was news when it opened. */
  readonly tellAt: number | null;
  /** Of the definition when it opened. */
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
