import { batchesOf } from "../../core/batches.ts";
import { type AssetKey, assetKeyOf, formatAssetKey, type RecordedEvent } from "../../core/index.ts";
import type { WaitDecision, WaitQuestion } from "../../core/waiting/wait.ts";
import type {
  AssetFilter,
  EventFilter,
  EventPage,
  ListRequest,
  PageRequest,
  PartitionPage,
  WipeTarget,
} from "../../storage/event-log.ts";
import { type Bounds, eachItem, type Page, readItems, type Walk } from "./page-walk.ts";
import type { AssetRecord, EventRecordsResult, FetchOptions, WipedRecord } from "./runless-api.ts";

export type RecordOf<Type> = Extract<RecordedEvent, { readonly type: Type }>;
type Signal = AbortSignal | undefined;

const keysAtOnce = 8;

/** Reads any number of items of a LogSource, a bounded number at a time. */
export class PagedLog {
  readonly #source: LogSource;
  readonly #pageSize: number;

  constructor(source: LogSource, pageSize: number) {
    this.#source = source;
    this.#pageSize = pageSize;
  }

  async events<Type extends RecordedEvent["type"]>(
    filter: EventFilter & { readonly type: Type },
    { limit = 100, cursor, ascending = false, signal }: FetchOptions,
  ): Promise<EventRecordsResult<RecordOf<Type>>> {
    const order = ascending ? "asc" : "desc";
    const page = await readItems(
      async (request) => {
        const { events, ...rest } = await this.#source.query(filter, { ...request, order }, signal);
        return { items: events.filter((event): event is RecordOf<Type> => event.type === filter.type), ...rest };
      },
      { limit, cursor },
      this.#walk(signal),
    );
    return { records: page.items, cursor: page.cursor, hasMore: page.hasMore };
  }

  assets(filter: AssetFilter, bounds: Bounds, signal: Signal): Promise<Page<AssetRecord>> {
    return readItems(
      async (request) => {
        const { assets, ...rest } = await this.#source.assets(filter, request, signal);
        return { items: assets, ...rest };
      },
      bounds,
      this.#walk(signal),
    );
  }

  partitions(assetKey: AssetKey, signal: Signal): AsyncGenerator<string> {
    return eachItem(async (request) => {
      const { partitions, ...rest } = await this.#source.partitions(assetKey, request, signal);
      return { items: partitions.map(({ partition }) => partition), ...rest };
    }, this.#walk(signal));
  }

  /** The record of each key, by `formatAssetKey(key)`, in the order of the keys. */
  async records(
    keys: readonly (AssetKey | string)[],
    signal: Signal,
  ): Promise<ReadonlyMap<string, AssetRecord | undefined>> {
    const wanted = [...new Map(keys.map((key) => [formatAssetKey(assetKeyOf(key)), assetKeyOf(key)]))];
    const found = new Map<string, AssetRecord | undefined>();
    for (const some of batchesOf(wanted, keysAtOnce)) {
      signal?.throwIfAborted();
      const records = await Promise.all(some.map(([, key]) => this.#source.asset(key, signal)));
      for (const [i, [text]] of some.entries()) found.set(text, records[i]);
    }
    return found;
  }

  async wipe(targets: readonly WipeTarget[], signal: Signal): Promise<readonly WipedRecord[]> {
    const traces: WipedRecord[] = [];
    for (const target of targets) {
      signal?.throwIfAborted();
      const trace = await this.#source.wipe(target, signal);
      if (trace?.type === "ASSET_WIPED") traces.push(trace);
    }
    return traces;
  }

  /** `timeout` is in milliseconds, or Infinity. */
  wait(question: WaitQuestion, timeout: number, signal: Signal): Promise<WaitDecision> {
    return this.#source.wait(question, timeout, signal);
  }

  #walk(signal: Signal): Walk {
    return { pageSize: this.#pageSize, signal };
  }
}

/** A page of assets, as `EventLog.assets` answers it, with their definitions. */
interface DefinedAssetPage {
  readonly assets: readonly AssetRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** A log in this process or behind a server. */
export interface LogSource {
  query(filter: EventFilter, page: PageRequest, signal: Signal): Promise<EventPage>;
  asset(key: AssetKey, signal: Signal): Promise<AssetRecord | undefined>;
  assets(filter: AssetFilter, page: ListRequest, signal: Signal): Promise<DefinedAssetPage>;
  partitions(key: AssetKey, page: ListRequest, signal: Signal): Promise<PartitionPage>;
  wipe(target: WipeTarget, signal: Signal): Promise<RecordedEvent | undefined>;
  wait(question: WaitQuestion, timeout: number, signal: Signal): Promise<WaitDecision>;
}
