/// <reference lib="esnext.disposable" preserve="true" />

import type {
  AssetCheckEvaluation,
  AssetKey,
  AssetMaterialization,
  AssetObservation,
  AssetWiped,
  RecordedEvent,
  RunlessEvent,
} from "../../core/index.ts";
import type { AppendedEvent, AssetRecord, EventFilter, NewEvent } from "../../storage/event-log.ts";

/**
 * What can be asked of an event log, with the names of Dagster's instance. RunlessInstance answers in this process,
 * RunlessClient through a server, and both the same. A key that is a string is split on `/`.
 */
export interface RunlessApi extends AsyncDisposable {
  /**
   * Resolves once the event is durable. With `idempotencyKey`, a repetition of the same event is answered with the
   * first one and not recorded; another event under that key rejects with the code `conflict`.
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

  /** As `getLatestMaterializationEvent`, of each key, by `formatAssetKey(key)`. */
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

  /** The partitions that were materialized, by code point. With `after` or `before`, by events between those ids. */
  getMaterializedPartitions(
    assetKey: AssetKey | string,
    options?: Pick<EventFilter, "after" | "before"> & CallOptions,
  ): Promise<ReadonlySet<string>>;

  /** Has every partition that is asked for: null where it was never materialized. */
  getStatusByPartition(
    assetKey: AssetKey | string,
    partitions: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, AssetPartitionStatus | null>>;

  /** The keys of assets that have events, by code point. Without `limit`: all of them. */
  getAssetKeys(options?: AssetKeysOptions): Promise<AssetKeysResult>;

  /** The records of those of the keys that have events, each once, in the order of the keys. Without keys: all. */
  getAssetRecords(assetKeys?: readonly (AssetKey | string)[], options?: CallOptions): Promise<readonly AssetRecord[]>;

  hasAssetKey(assetKey: AssetKey | string, options?: CallOptions): Promise<boolean>;

  /**
   * Wipes the assets one by one, with all their events, and answers the traces that this leaves in the log: none for a
   * key without events.
   */
  wipeAssets(assetKeys: readonly (AssetKey | string)[], options?: CallOptions): Promise<readonly WipedRecord[]>;

  /**
   * As `wipeAssets`, for all events of these partitions of an asset; null stands for the events without a partition.
   * Rejects with TypeError, before anything is wiped, where a partition is neither.
   */
  wipeAssetPartitions(
    assetKey: AssetKey | string,
    partitions: readonly (string | null)[],
    options?: CallOptions,
  ): Promise<readonly WipedRecord[]>;

  /** Finishes what was asked and lets go of everything. */
  close(): Promise<void>;
}

export type MaterializationRecord = RecordedEvent & AssetMaterialization;
export type ObservationRecord = RecordedEvent & AssetObservation;
export type AssetCheckRecord = RecordedEvent & AssetCheckEvaluation;
export type WipedRecord = RecordedEvent & AssetWiped;
export type AssetPartitionStatus = "MATERIALIZED";
export type { AssetRecord, NewEvent };

export type ReportedEvent = AppendedEvent;

export interface ReportedEvents {
  readonly recorded: number;
  /** How many were recorded before, under their idempotency keys. */
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
  /** The call rejects with its reason. A report or a wipe under way may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReportOptions extends CallOptions {
  /** Scoped to the event's type and asset key. */
  readonly idempotencyKey?: string | undefined;
}

/** What narrows the events of an asset down. */
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
