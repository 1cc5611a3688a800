import { compareCodePoints } from "../../core/asset-key.ts";
import { type AssetKey, assetKeyOf, type RunlessEventType } from "../../core/index.ts";
import type { EventFilter } from "../../storage/event-log.ts";
import { readFetchOptions, readFilter, readIds, readPartition } from "./call-arguments.ts";
import { type LogSource, PagedLog, type RecordOf } from "./paged-log.ts";
import type {
  AssetCheckRecordsFilter,
  AssetKeysOptions,
  AssetKeysResult,
  AssetPartitionStatus,
  AssetRecord,
  AssetRecordsFilter,
  CallOptions,
  EventRecordsResult,
  FetchOptions,
  MaterializationRecord,
  RunlessApi,
  WaitConditions,
  WaitForOptions,
  WaitResult,
  WipedRecord,
} from "./runless-api.ts";
import { readWait } from "./wait-question.ts";

type Key = AssetKey | string;

const all = Number.POSITIVE_INFINITY;

/** The methods that RunlessInstance and RunlessClient share: all except reporting. */
export abstract class LogReader implements Omit<RunlessApi, `report${string}` | "close" | typeof Symbol.asyncDispose> {
  readonly #log: PagedLog;

  /** `pageSize` is the most items that the source returns in one page. */
  protected constructor(source: LogSource, pageSize: number) {
    this.#log = new PagedLog(source, pageSize);
  }

  async getLatestMaterializationEvent(key: Key, options?: CallOptions) {
    const records = await this.#log.records([key], signalOf(options));
    return latestMaterialization(records.values().next().value);
  }

  async getLatestMaterializationEvents(keys: readonly Key[], options?: CallOptions) {
    const records = await this.#log.records(keys, signalOf(options));
    return new Map(Array.from(records, ([key, record]) => [key, latestMaterialization(record)]));
  }

  fetchMaterializations(filter: Key | AssetRecordsFilter, options?: FetchOptions) {
    return this.#fetch("ASSET_MATERIALIZATION", filter, options);
  }

  fetchObservations(filter: Key | AssetRecordsFilter, options?: FetchOptions) {
    return this.#fetch("ASSET_OBSERVATION", filter, options);
  }

  fetchAssetCheckEvaluations(filter: Key | AssetCheckRecordsFilter, options?: FetchOptions) {
    return this.#fetch("ASSET_CHECK_EVALUATION", filter, options);
  }

  async getMaterializedPartitions(
    key: Key,
    options?: Pick<EventFilter, "after" | "before"> & CallOptions,
  ): Promise<ReadonlySet<string>> {
    const { after, before } = readIds(options ?? {});
    const signal = signalOf(options);
    if (after === undefined && before === undefined) {
      const found = new Set<string>();
      for await (const partition of this.#log.partitions(assetKeyOf(key), signal)) found.add(partition);
      return found;
    }
    const { records } = await this.fetchMaterializations({ assetKey: key, after, before }, { limit: all, signal });
    return new Set(records.flatMap(({ partition }) => partition ?? []).sort(compareCodePoints));
  }

  async getStatusByPartition(key: Key, partitions: readonly string[], options?: CallOptions) {
    const status = new Map<string, AssetPartitionStatus | null>(partitions.map((partition) => [partition, null]));
    let missing = status.size;
    if (missing === 0) return status;
    for await (const partition of this.#log.partitions(assetKeyOf(key), signalOf(options))) {
      if (!status.has(partition)) continue;
      status.set(partition, "MATERIALIZED");
      if (--missing === 0) break;
    }
    return status;
  }

  async getAssetKeys(options?: AssetKeysOptions): Promise<AssetKeysResult> {
    const { prefix, limit, cursor } = options ?? {};
    const filter = (prefix ?? undefined) === undefined ? {} : { prefix: assetKeyOf(prefix ?? "") };
    const bounds = { limit: limit ?? all, cursor: cursor ?? undefined };
    const { items, ...rest } = await this.#log.assets(filter, bounds, signalOf(options));
    return { assetKeys: items.map(({ assetKey }) => assetKey), ...rest };
  }

  async getAssetRecords(keys?: readonly Key[] | null, options?: CallOptions): Promise<readonly AssetRecord[]> {
    const signal = signalOf(options);
    if (keys === undefined || keys === null) return (await this.#log.assets({}, { limit: all }, signal)).items;
    const records = await this.#log.records(keys, signal);
    return Array.from(records.values()).flatMap((record) => record ?? []);
  }

  async hasAssetKey(key: Key, options?: CallOptions): Promise<boolean> {
    return (await this.getAssetRecords([key], options)).length > 0;
  }

  async wipeAssets(keys: readonly Key[], options?: CallOptions): Promise<readonly WipedRecord[]> {
    const targets = keys.map((key) => ({ assetKey: assetKeyOf(key) }));
    return this.#log.wipe(targets, signalOf(options));
  }

  async wipeAssetPartitions(
    key: Key,
    partitions: readonly (string | null)[],
    options?: CallOptions,
  ): Promise<readonly WipedRecord[]> {
    const assetKey = assetKeyOf(key);
    const targets = Array.from(partitions, (partition) => ({ assetKey, partition: readPartition(partition) }));
    return this.#log.wipe(targets, signalOf(options));
  }

  async waitFor(
    keys: readonly (AssetKey | string)[],
    conditions: WaitConditions,
    options?: WaitForOptions,
  ): Promise<WaitResult> {
    const { question, timeout, signal } = readWait(keys, conditions, options);
    return this.#log.wait(question, timeout, signal);
  }

  async #fetch<Type extends RunlessEventType>(
    type: Type,
    filter: Key | AssetCheckRecordsFilter,
    options: FetchOptions | undefined,
  ): Promise<EventRecordsResult<RecordOf<Type>>> {
    const narrowed = isFilter(filter) ? filter : { assetKey: filter };
    return this.#log.events({ ...readFilter(narrowed), type }, readFetchOptions(options));
  }
}

function latestMaterialization(record: AssetRecord | undefined): MaterializationRecord | undefined {
  const latest = record?.latestMaterialization;
  return latest?.type === "ASSET_MATERIALIZATION" ? latest : undefined;
}

function signalOf(options: CallOptions | null | undefined): AbortSignal | undefined {
  return options?.signal ?? undefined;
}

function isFilter(filter: Key | AssetCheckRecordsFilter): filter is AssetCheckRecordsFilter {
  return typeof filter === "object" && !Array.isArray(filter) && "assetKey" in filter;
}
