/// <reference lib="esnext.disposable" preserve="true" />

import type { FreshnessPolicy } from "../../core/freshness/policy.ts";
import type {
  AssetCheckEvaluation,
  AssetKey,
  AssetMaterialization,
  AssetObservation,
  AssetWiped,
  RecordedEvent,
  RunlessEvent,
} from "../../core/index.ts";
import type { WaitDecision, WaitQuestion } from "../../core/waiting/wait.ts";
import type { DefinitionRecord } from "../../storage/definitions/definition-store.ts";
import type { AppendedEvent, EventFilter, AssetRecord as LoggedAsset, NewEvent } from "../../storage/event-log.ts";
import type { AssetFreshness } from "../../storage/watching/watch-store.ts";

/**
 * The API of an event log, with the names of Dagster's instance. RunlessInstance implements it in this process, and
 * RunlessClient through a server, with the same results. A string as an asset key is split on `/`.
 */
export interface RunlessApi extends AsyncDisposable {
  /**
   * Resolves once the event is durable. With `idempotencyKey`, the same event again is not recorded, and resolves with the
   * id of the first. Another event under that key rejects with the code `conflict`.
   */
  reportRunlessAssetEvent(event: RunlessEvent, options?: ReportOptions): Promise<ReportedEvent>;

  /** Records all of them or none, with ids in their order. */
  reportRunlessAssetEvents(
    events: readonly (RunlessEvent | NewEvent)[],
    options?: CallOptions,
  ): Promise<ReportedEvents>;

  /** The asset's materialization with the greatest (timestamp, id), or undefined. */
  getLatestMaterializationEvent(
    assetKey: AssetKey | string,
    options?: CallOptions,
  ): Promise<MaterializationRecord | undefined>;

  /** As `getLatestMaterializationEvent`, for each key, by `formatAssetKey(key)`. */
  getLatestMaterializationEvents(
    assetKeys: readonly (AssetKey | string)[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, MaterializationRecord | undefined>>;

  /** The asset's materializations by id, newest first unless `ascending`. */
  fetchMaterializations(
    filter: AssetKey | string | AssetRecordsFilter,
    options?: FetchOptions,
  ): Promise<EventRecordsResult<MaterializationRecord>>;

  fetchObservations(
    filter: AssetKey | string | AssetRecordsFilter,
    options?: FetchOptions,
  ): Promise<EventRecordsResult<ObservationRecord>>;

  fetchAssetCheckEvaluations(
    filter: AssetKey | string | AssetCheckRecordsFilter,
    options?: FetchOptions,
  ): Promise<EventRecordsResult<AssetCheckRecord>>;

  /** The materialized partitions, sorted by code point. With `after` or `before`: materialized by events between those ids. */
  getMaterializedPartitions(
    assetKey: AssetKey | string,
    options?: Pick<EventFilter, "after" | "before"> & CallOptions,
  ): Promise<ReadonlySet<string>>;

  /** The status of every given partition; null if it was never materialized. */
  getStatusByPartition(
    assetKey: AssetKey | string,
    partitions: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, AssetPartitionStatus | null>>;

  /** The keys of assets that have events, sorted by code point. Default of `limit`: all of them. */
  getAssetKeys(options?: AssetKeysOptions): Promise<AssetKeysResult>;

  /** The records of the given keys that have events, each once, in the order of the keys. Without keys: of all assets. */
  getAssetRecords(assetKeys?: readonly (AssetKey | string)[], options?: CallOptions): Promise<readonly AssetRecord[]>;

  hasAssetKey(assetKey: AssetKey | string, options?: CallOptions): Promise<boolean>;

  /**
   * Wipes the assets one by one, with all their events. Resolves with the traces that this leaves in the log; a key
   * without events has none.
   */
  wipeAssets(assetKeys: readonly (AssetKey | string)[], options?: CallOptions): Promise<readonly WipedRecord[]>;

  /**
   * As `wipeAssets`, for the events of these partitions of an asset. Null means the events without a partition. Rejects
   * with TypeError, before anything is wiped, if a partition is neither a string nor null.
   */
  wipeAssetPartitions(
    assetKey: AssetKey | string,
    partitions: readonly (string | null)[],
    options?: CallOptions,
  ): Promise<readonly WipedRecord[]>;

  /**
   * Waits until what is asked for is there, of each of the assets. What was there before the call satisfies it. It resolves
   * with what is still missing where the time is up, or where `failFast` ends it, and rejects with the code `bad_request`
   * without one of `partition`, `since`, `within` and `fresh`. Over HTTP it goes on through restarts of the server.
   *
   * @example
   * const instance = new RunlessInstance(await openEventLog({ url: ":memory:" }));
   * await instance.reportRunlessAssetEvent(materialization("raw/orders", { partition: "2026-11-29" }));
   * const { satisfied } = await instance.waitFor(["raw/orders"], { partition: "2026-11-29" }, { timeout: 7_200_000 });
   * console.log(satisfied); // true
   * await instance.close();
   */
  waitFor(
    assetKeys: readonly (AssetKey | string)[],
    conditions: WaitConditions,
    options?: WaitForOptions,
  ): Promise<WaitResult>;

  /** Finishes all calls and releases all resources. */
  close(): Promise<void>;
}

export type MaterializationRecord = RecordedEvent & AssetMaterialization;
export type ObservationRecord = RecordedEvent & AssetObservation;
export type AssetCheckRecord = RecordedEvent & AssetCheckEvaluation;
export type WipedRecord = RecordedEvent & AssetWiped;
export type AssetPartitionStatus = "MATERIALIZED";
export type { DefinitionRecord, NewEvent };

/** What is known of an asset: by its events, and by the definition that holds for it (null: there is none). */
export interface AssetRecord extends LoggedAsset {
  readonly definition: DefinitionRecord | null;
  /** Null if the asset is not watched. */
  readonly freshness: FreshnessRecord | null;
}

/** The freshness of an asset as it was judged last: of one with partitions the worst of them. Times are milliseconds since 1970 UTC. */
export interface FreshnessRecord
  extends Pick<AssetFreshness, "state" | "since" | "deadline" | "lastAt" | "nextAt" | "partitions"> {
  /** Of the definition that holds. */
  readonly policy: FreshnessPolicy | null;
}

export type ReportedEvent = AppendedEvent;

export interface ReportedEvents {
  readonly recorded: number;
  /** How many had been recorded before, under their idempotency keys. */
  readonly duplicates: number;
  readonly ids: readonly number[];
}

export interface EventRecordsResult<Record extends RecordedEvent> {
  readonly records: readonly Record[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface AssetKeysResult {
  readonly assetKeys: readonly AssetKey[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface CallOptions {
  /** Aborts the call, which rejects with its reason. A report or wipe under way may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReportOptions extends CallOptions {
  /** Unique within the event's type and asset key. */
  readonly idempotencyKey?: string | undefined;
}

/** A filter on the events of an asset. */
export interface AssetRecordsFilter extends Omit<EventFilter, "assetKey" | "prefix" | "type" | "checkName"> {
  readonly assetKey: AssetKey | string;
}

export interface AssetCheckRecordsFilter extends AssetRecordsFilter {
  readonly checkName?: string | undefined;
}

export interface FetchOptions extends CallOptions {
  /** Default: 100. */
  readonly limit?: number | undefined;
  /** From the last call with the same filter and order. */
  readonly cursor?: string | undefined;
  /** Oldest first. Default: newest first. */
  readonly ascending?: boolean | undefined;
}

export interface AssetKeysOptions extends CallOptions {
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | string | undefined;
  readonly limit?: number | undefined;
  /** From the last call with the same prefix. */
  readonly cursor?: string | undefined;
}

/** What a wait asks for: at least one of `partition`, `since`, `within` and `fresh`. */
export type WaitConditions = Omit<WaitQuestion, "keys">;

export interface WaitForOptions extends CallOptions {
  /** How long to wait, in milliseconds. 0: only looks. Default: until it is there. */
  readonly timeout?: number | undefined;
}

/** `failedFast` is true where `failFast` ended the wait. Else its time was up. */
export type WaitResult = WaitDecision;
