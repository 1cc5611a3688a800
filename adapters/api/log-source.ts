import type { AssetKey, RecordedEvent } from "../../core/index.ts";
import type {
  AssetFilter,
  AssetPage,
  AssetRecord,
  EventFilter,
  EventPage,
  ListRequest,
  PageRequest,
  PartitionPage,
  WipeTarget,
} from "../../storage/event-log.ts";

type Signal = AbortSignal | undefined;

/** An EventLog's answers, from wherever it is. */
export interface LogSource {
  query(filter: EventFilter, page: PageRequest, signal: Signal): Promise<EventPage>;
  asset(key: AssetKey, signal: Signal): Promise<AssetRecord | undefined>;
  assets(filter: AssetFilter, page: ListRequest, signal: Signal): Promise<AssetPage>;
  partitions(key: AssetKey, page: ListRequest, signal: Signal): Promise<PartitionPage>;
  wipe(target: WipeTarget, signal: Signal): Promise<RecordedEvent | undefined>;
}
