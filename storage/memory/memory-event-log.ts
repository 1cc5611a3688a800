import { sameKey } from "../../core/asset-key.ts";
import type { AssetKey, AssetWiped, FreshnessStateChange, RecordedEvent, RecordedEventType } from "../../core/index.ts";
import { formatCursor, parseCursor } from "../cursors/cursor.ts";
import type {
  AppendedEvent,
  AppendOptions,
  AssetFilter,
  AssetListRequest,
  Commit,
  EventFilter,
  EventLog,
  ListRequest,
  PageRequest,
  Unit,
  UnitResult,
  WipeTarget,
} from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import type { Expiry, Maintenance } from "../maintenance.ts";
import { createFingerprint } from "../recording/fingerprint.ts";
import { defaultTimestamp, receiptTime } from "../recording/receipt-time.ts";
import { wellFormedEvent } from "../recording/well-formed-event.ts";
import { listAssets } from "../scan/asset-list.ts";
import { listPage } from "../scan/list-page.ts";
import { isTarget, matchesFilter, traceOf } from "../scan/matches.ts";
import { assetsOf, checksOf, groupBy, partitionsOf, statsOf } from "../scan/summaries.ts";
import { createWatchers } from "../scan/watchers.ts";
import { expiredEvents } from "./expired.ts";
import { type FirstUse, FirstUses, scopeOf } from "./first-uses.ts";

interface MemoryOptions {
  readonly now: () => number;
  readonly onCommit?: ((commit: Commit) => void) | undefined;
}

interface Times {
  readonly now: number;
  readonly receivedAt: number;
}

/** The log, with what a WatchStore beside it needs. */
export interface MemoryLog extends EventLog, Maintenance {
  /** Records a change at once, within the call. Its timestamp is the log's clock where it has none. */
  record(event: FreshnessStateChange): RecordedEvent;
}

/**
 * Opens a log that keeps events as long as the process lives. The other stores are compared with it.
 *
 * @example
 * const log = createMemoryEventLog({ now: Date.now });
 * await log.append([[{ event: materialization("orders") }]]);
 * console.log((await log.asset(["orders"]))?.counts.materializations); // 1
 */
export function createMemoryEventLog(options: MemoryOptions): MemoryLog {
  return new MemoryEventLog(options);
}

/**
 * Keeps everything in arrays, and finds every answer by a scan. Its methods are functions that need no `this`. Each does
 * its work before its first await, so no other call can run in the middle of it.
 */
class MemoryEventLog implements MemoryLog {
  readonly #options: MemoryOptions;
  readonly #logId = crypto.randomUUID();
  readonly #firstUses = new FirstUses();
  /** The reporters of events, by event id. */
  readonly #reporters = new Map<number, string>();
  readonly #prunedIds = new Map<RecordedEventType, number>();
  readonly #watchers = createWatchers();
  /** In the order of ids. The last event is never removed (a wipe leaves its trace), so ids continue from it. */
  #events: RecordedEvent[] = [];
  /** The same events by asset. Built again after a change. */
  #byAsset: ReadonlyMap<string, readonly RecordedEvent[]> | undefined;
  #prunedAt: number | undefined;
  #isClosed = false;

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  readonly append = async (units: readonly Unit[], { reportedBy }: AppendOptions = {}) => {
    this.#assertOpen();
    const before = this.#lastId();
    const at = this.#times();
    const started = performance.now();
    const results = units.map((unit) => this.#appendUnit(unit, at, reportedBy?.toWellFormed()));
    this.#options.onCommit?.({ events: units.flat().length, milliseconds: performance.now() - started });
    if (this.#lastId() > before) this.#watchers.notify();
    return results;
  };

  readonly get = async (id: number) => {
    this.#assertOpen();
    return this.#events.find((event) => event.id === id);
  };

  readonly query = async (filter: EventFilter, page: PageRequest) => {
    this.#assertOpen();
    const ascending = page.order === "asc";
    const from = parseCursor(filter, page);
    const ordered = ascending ? this.#events : this.#events.toReversed();
    const ahead = ordered.filter(({ id }) => from === undefined || (ascending ? id > from : id < from));
    const matching = ahead.filter((event) => matchesFilter(filter, event));
    const events = matching.slice(0, page.limit);
    const hasMore = matching.length > events.length;
    const last = (hasMore ? events : ahead).at(-1)?.id ?? from;
    const cursor = last === undefined ? null : formatCursor(last, filter, page);
    const reporters = new Map<number, string>();
    for (const { id } of events) {
      const reporter = this.#reporters.get(id);
      if (reporter !== undefined) reporters.set(id, reporter);
    }
    return { events, cursor, hasMore, idempotencyKeys: this.#firstUses.keysOf(events), reporters };
  };

  readonly asset = async (key: AssetKey) => {
    this.#assertOpen();
    return assetsOf(this.#eventsOf(key))[0]?.record();
  };

  readonly assets = async (filter: AssetFilter, page: AssetListRequest) => {
    this.#assertOpen();
    const { items, ...rest } = listAssets(this.#events, filter, page);
    return { assets: items.map(({ record }) => record), ...rest };
  };

  readonly partitions = async (key: AssetKey, page: ListRequest) => {
    this.#assertOpen();
    const list = { items: partitionsOf(this.#eventsOf(key)), marked: ["partitions", key] };
    const { items: partitions, ...rest } = listPage({ ...list, positionOf: ({ partition }) => [partition] }, page);
    return { partitions, ...rest };
  };

  readonly checks = async (key: AssetKey, page: ListRequest) => {
    this.#assertOpen();
    const list = { items: checksOf(this.#eventsOf(key)), marked: ["checks", key] };
    const { items: checks, ...rest } = listPage(
      { ...list, positionOf: ({ checkName, partition }) => [checkName, partition] },
      page,
    );
    return { checks, ...rest };
  };

  readonly wipe = async (target: WipeTarget, by: string | null) => {
    this.#assertOpen();
    const wiped = this.#events.filter((event) => isTarget(target, event));
    const [first] = wiped;
    if (first === undefined) return undefined;
    const trace = this.#stamped(traceOf(target, first, by));
    const ids = new Set(wiped.map(({ id }) => id));
    this.#replaceEvents([...this.#events.filter(({ id }) => !ids.has(id)), trace]);
    this.#firstUses.forgetEvents(ids);
    for (const id of ids) this.#reporters.delete(id);
    // The idempotency keys of the asset's pruned events are still stored.
    const isWhole = "assetKey" in target && target.partition === undefined;
    this.#firstUses.forgetUses(({ id, assetKey }) => ids.has(id) || (isWhole && sameKey(assetKey, target.assetKey)));
    this.#watchers.notify();
    return trace;
  };

  readonly record = (event: FreshnessStateChange) => {
    this.#assertOpen();
    const recorded = this.#stamped(event);
    this.#events.push(recorded);
    this.#byAsset = undefined;
    this.#watchers.notify();
    return recorded;
  };

  readonly id = async () => {
    this.#assertOpen();
    return this.#logId;
  };

  readonly watch = (listener: () => void) => {
    this.#assertOpen();
    return this.#watchers.watch(listener);
  };

  readonly close = async () => {
    this.#isClosed = true;
    this.#watchers.clear();
  };

  readonly prune = async ({ events: before = {}, idempotencyKeys = Number.NEGATIVE_INFINITY, clock }: Expiry) => {
    this.#assertOpen();
    this.#prunedAt = clock ?? this.#prunedAt;
    this.#firstUses.forgetUses(({ receivedAt }) => receivedAt < idempotencyKeys);
    const expired = new Set(expiredEvents(this.#events, before));
    this.#replaceEvents(this.#events.filter((event) => !expired.has(event)));
    this.#firstUses.forgetEvents([...expired].map(({ id }) => id));
    for (const { id } of expired) this.#reporters.delete(id);
    for (const { id, type } of expired) this.#prunedIds.set(type, Math.max(id, this.#prunedIds.get(type) ?? 0));
    return expired.size;
  };

  readonly prunedId = async (type?: RecordedEventType) => {
    this.#assertOpen();
    if (type !== undefined) return this.#prunedIds.get(type) ?? 0;
    return [...this.#prunedIds.values()].reduce((last, id) => Math.max(last, id), 0);
  };

  readonly prunedAt = async () => {
    this.#assertOpen();
    return this.#prunedAt;
  };

  readonly stats = async () => {
    this.#assertOpen();
    return statsOf(this.#events);
  };

  readonly probe = async () => {
    this.#assertOpen();
  };

  #appendUnit(unit: Unit, { now, receivedAt }: Times, reportedBy: string | undefined): UnitResult {
    const recorded: RecordedEvent[] = [];
    const answers: AppendedEvent[] = [];
    const uses = new Map<string, FirstUse>();
    const fingerprintOf = createFingerprint();
    for (const [index, { event: given, idempotencyKey }] of unit.entries()) {
      const event = wellFormedEvent(given);
      const id = this.#lastId() + recorded.length + 1;
      if (idempotencyKey !== undefined) {
        const key = idempotencyKey.toWellFormed();
        const scope = scopeOf(event, key);
        const content = fingerprintOf(event);
        const earlier = this.#firstUses.get(scope);
        const first = earlier ?? uses.get(scope);
        if (first !== undefined && first.content !== content) {
          return { status: "conflict", index, id: earlier?.id ?? null };
        }
        if (first !== undefined) {
          answers.push({ id: first.id, duplicate: true });
          continue;
        }
        uses.set(scope, { id, key, assetKey: event.assetKey, receivedAt, content });
      }
      recorded.push({ ...event, id, timestamp: event.timestamp ?? defaultTimestamp(now, receivedAt), receivedAt });
      answers.push({ id, duplicate: false });
    }
    for (const event of recorded) {
      this.#events.push(event);
      if (reportedBy !== undefined) this.#reporters.set(event.id, reportedBy);
    }
    this.#byAsset = undefined;
    for (const [scope, use] of uses) this.#firstUses.add(scope, use);
    return { status: "recorded", events: answers };
  }

  #stamped(event: AssetWiped | FreshnessStateChange): RecordedEvent {
    const { now, receivedAt } = this.#times();
    const timestamp = event.timestamp ?? defaultTimestamp(now, receivedAt);
    return { ...event, id: this.#lastId() + 1, timestamp, receivedAt };
  }

  #replaceEvents(events: RecordedEvent[]): void {
    this.#events = events;
    this.#byAsset = undefined;
  }

  #eventsOf(key: AssetKey): readonly RecordedEvent[] {
    this.#byAsset ??= new Map(
      groupBy(this.#events, ({ assetKey }) => assetKey).map(([assetKey, events]) => [JSON.stringify(assetKey), events]),
    );
    return this.#byAsset.get(JSON.stringify(key)) ?? [];
  }

  #lastId(): number {
    return this.#events.at(-1)?.id ?? 0;
  }

  #times(): Times {
    const now = this.#options.now();
    return { now, receivedAt: receiptTime(now, this.#events.at(-1)?.receivedAt ?? Number.NEGATIVE_INFINITY) };
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new EventLogError("closed", "The event log is closed.");
  }
}
