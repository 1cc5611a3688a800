import { type AssetKey, assetWiped, type RecordedEvent, type RecordedEventType } from "../../core/index.ts";
import { formatCursor, parseCursor } from "../cursor.ts";
import type {
  AppendedEvent,
  Commit,
  EventLog,
  Expiry,
  LastMaterialization,
  Unit,
  UnitResult,
  WipeTarget,
} from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { createFingerprint } from "../fingerprint.ts";
import { defaultTimestamp, receiptTime } from "../receipt-time.ts";
import { firstOf, pickEvents, thinMarks, timelineName } from "../timeline.ts";
import { wellFormedEvent } from "../well-formed-event.ts";
import { latestOf, listAssets } from "./asset-list.ts";
import { expiredEvents } from "./expired.ts";
import { createFirstUses, type FirstUse, scopeOf } from "./first-uses.ts";
import { listPage } from "./list-page.ts";
import { isTarget, matchesFilter, sameKey } from "./matches.ts";
import { lastMaterializationsOf, statsOf } from "./stats.ts";
import {
  assetMarkOf,
  assetsOf,
  checksOf,
  failingChecksOf,
  markOf,
  partitionMarksOf,
  partitionsOf,
} from "./summaries.ts";
import { createWatchers } from "./watchers.ts";

export interface MemoryOptions {
  readonly now: () => number;
  readonly onCommit?: ((commit: Commit) => void) | undefined;
}

interface Times {
  readonly now: number;
  readonly receivedAt: number;
}

/** The EventLog that the others are compared with: everything in arrays, every answer by scanning them. */
export function createMemoryEventLog(options: MemoryOptions): EventLog {
  const logId = crypto.randomUUID();
  // In the order of ids. The last one is never pruned, nor wiped, since a wipe leaves its trace: ids go on from there.
  let events: RecordedEvent[] = [];
  const firstUses = createFirstUses();
  const prunedIds = new Map<RecordedEventType, number>();
  let prunedAt: number | undefined;
  const watchers = createWatchers();
  let closed = false;

  // Synchronous, as `wipe` is, so no call comes between the parts of another.
  function appendUnit(unit: Unit, { now, receivedAt }: Times): UnitResult {
    const recorded: RecordedEvent[] = [];
    const answers: AppendedEvent[] = [];
    const uses = new Map<string, FirstUse>();
    const fingerprintOf = createFingerprint();
    for (const [index, { event: given, idempotencyKey }] of unit.entries()) {
      const event = wellFormedEvent(given);
      const id = lastId() + recorded.length + 1;
      if (idempotencyKey !== undefined) {
        const key = idempotencyKey.toWellFormed();
        const scope = scopeOf(event, key);
        const content = fingerprintOf(event);
        const earlier = firstUses.get(scope);
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
    for (const event of recorded) events.push(event);
    for (const [scope, use] of uses) firstUses.add(scope, use);
    return { status: "recorded", events: answers };
  }

  function wipe(target: WipeTarget, by: string | null): RecordedEvent | undefined {
    const wiped = events.filter((event) => isTarget(target, event));
    const [first] = wiped;
    if (first === undefined) return undefined;
    const { now, receivedAt } = times();
    const timestamp = defaultTimestamp(now, receivedAt);
    const trace: RecordedEvent = { ...traceOf(target, first, by), id: lastId() + 1, timestamp, receivedAt };
    const ids = new Set(wiped.map(({ id }) => id));
    events = [...events.filter(({ id }) => !ids.has(id)), trace];
    firstUses.forgetEvents(ids);
    // What was pruned of the asset has left its keys.
    const isWhole = "assetKey" in target && target.partition === undefined;
    firstUses.forgetUses(({ id, assetKey }) => ids.has(id) || (isWhole && sameKey(assetKey, target.assetKey)));
    return trace;
  }

  function prune({ events: before = {}, idempotencyKeys = Number.NEGATIVE_INFINITY, clock }: Expiry): number {
    prunedAt = clock ?? prunedAt;
    firstUses.forgetUses(({ receivedAt }) => receivedAt < idempotencyKeys);
    const expired = new Set(expiredEvents(events, before));
    events = events.filter((event) => !expired.has(event));
    firstUses.forgetEvents([...expired].map(({ id }) => id));
    for (const { id, type } of expired) prunedIds.set(type, Math.max(id, prunedIds.get(type) ?? 0));
    return expired.size;
  }

  function lastId(): number {
    return events.at(-1)?.id ?? 0;
  }

  function times(): Times {
    const now = options.now();
    return { now, receivedAt: receiptTime(now, events.at(-1)?.receivedAt ?? Number.NEGATIVE_INFINITY) };
  }

  function eventsOf(key: AssetKey): readonly RecordedEvent[] {
    return events.filter((event) => sameKey(event.assetKey, key));
  }

  function refuseWhenClosed(): void {
    if (closed) throw new EventLogError("closed", "The event log is closed.");
  }

  return {
    async append(units) {
      refuseWhenClosed();
      const before = lastId();
      const at = times();
      const started = performance.now();
      const results = units.map((unit) => appendUnit(unit, at));
      options.onCommit?.({ events: units.flat().length, milliseconds: performance.now() - started });
      if (lastId() > before) watchers.tell();
      return results;
    },

    async get(id) {
      refuseWhenClosed();
      return events.find((event) => event.id === id);
    },

    async query(filter, page) {
      refuseWhenClosed();
      const ascending = page.order === "asc";
      const from = parseCursor(filter, page);
      const ordered = ascending ? events : events.toReversed();
      const ahead = ordered.filter(({ id }) => from === undefined || (ascending ? id > from : id < from));
      const matching = ahead.filter((event) => matchesFilter(filter, event));
      const found = matching.slice(0, page.limit);
      const hasMore = matching.length > found.length;
      const last = (hasMore ? found : ahead).at(-1)?.id ?? from;
      return {
        events: found,
        cursor: last === undefined ? null : formatCursor(last, filter, page),
        hasMore,
        idempotencyKeys: firstUses.keysOf(found),
      };
    },

    async asset(key) {
      refuseWhenClosed();
      return assetsOf(eventsOf(key))[0]?.record();
    },

    async assets(filter, page) {
      refuseWhenClosed();
      const { items: assets, ...rest } = listAssets(events, filter, page);
      return { assets: assets.map(({ record }) => record), ...rest };
    },

    async assetMarks(filter, page) {
      refuseWhenClosed();
      const { items: assets, ...rest } = listAssets(events, filter, page);
      return { assets: assets.map(assetMarkOf), ...rest };
    },

    async marksOf(keys) {
      refuseWhenClosed();
      return keys.flatMap((key) =>
        assetsOf(eventsOf(key)).map((asset) => assetMarkOf({ record: asset.record(), checks: checksOf(asset.events) })),
      );
    },

    async assetStates(filter, page) {
      refuseWhenClosed();
      const { items, ...rest } = listAssets(events, filter, page);
      const assets = items.map((asset) => {
        const { failed, warned } = assetMarkOf(asset).checks;
        return { assetKey: asset.record.assetKey, latest: latestOf(asset.record) ?? null, failed, warned };
      });
      return { assets, ...rest };
    },

    async recent(keys, limit) {
      refuseWhenClosed();
      return keys.map((key) => eventsOf(key).toReversed().flatMap(markOf).slice(0, limit));
    },

    async timeline(key, { since = Number.NEGATIVE_INFINITY, slots, events: most = 0 }) {
      refuseWhenClosed();
      const found = new Map(eventsOf(key).map((event) => [event.id, event]));
      const marks = [...found.values()].filter(({ timestamp }) => timestamp >= since).flatMap(markOf);
      const named = thinMarks(marks, slots).map((mark) => {
        const event = found.get(mark.id);
        const checkName = event?.type === "ASSET_CHECK_EVALUATION" ? event.checkName : null;
        return { ...mark, partition: timelineName(event?.partition ?? null), checkName: timelineName(checkName) };
      });
      const events = pickEvents(marks, named, most).flatMap(({ id }) => found.get(id) ?? []);
      return { marks: named, first: firstOf(marks), isSample: false, events };
    },

    async partitions(key, page) {
      refuseWhenClosed();
      const { items: partitions, ...rest } = listPage(
        { items: partitionsOf(eventsOf(key)), positionOf: ({ partition }) => [partition], marked: ["partitions", key] },
        page,
      );
      return { partitions, ...rest };
    },

    async failingChecks(keys, limit) {
      refuseWhenClosed();
      return keys.map((key) => failingChecksOf(eventsOf(key)).slice(0, limit));
    },

    async checkHistories(checks, limit) {
      refuseWhenClosed();
      return checks.map(({ assetKey, checkName, partition }) => {
        const isOfCheck = (event: RecordedEvent) =>
          event.type === "ASSET_CHECK_EVALUATION" &&
          event.checkName === checkName &&
          (partition === undefined || event.partition === partition);
        const ofAsset = eventsOf(assetKey);
        return {
          evaluations: ofAsset.slice(-2000).filter(isOfCheck).toReversed().flatMap(markOf).slice(0, limit),
          total: ofAsset.filter(isOfCheck).length,
        };
      });
    },

    async partitionMarks(key, page) {
      refuseWhenClosed();
      const items = partitionMarksOf(eventsOf(key));
      const marked = ["partitions", key];
      const { items: partitions, ...rest } = listPage(
        { items, positionOf: ({ partition }) => [partition], marked },
        page,
      );
      return { partitions, ...rest };
    },

    async checks(key, page) {
      refuseWhenClosed();
      const { items: checks, ...rest } = listPage(
        {
          items: checksOf(eventsOf(key)),
          positionOf: ({ checkName, partition }) => [checkName, partition],
          marked: ["checks", key],
        },
        page,
      );
      return { checks, ...rest };
    },

    async wipe(target, by) {
      refuseWhenClosed();
      const trace = wipe(target, by);
      if (trace !== undefined) watchers.tell();
      return trace;
    },

    async prune(expiry) {
      refuseWhenClosed();
      return prune(expiry);
    },

    async prunedId(type) {
      refuseWhenClosed();
      return type === undefined
        ? [...prunedIds.values()].reduce((last, id) => Math.max(last, id), 0)
        : (prunedIds.get(type) ?? 0);
    },

    async prunedAt() {
      refuseWhenClosed();
      return prunedAt;
    },

    async stats() {
      refuseWhenClosed();
      return statsOf(events);
    },

    async lastMaterializations(page) {
      refuseWhenClosed();
      const items = lastMaterializationsOf(events);
      const positionOf = ({ assetKey }: LastMaterialization) => assetKey;
      const { items: assets, ...rest } = listPage({ items, positionOf, marked: ["last materializations"] }, page);
      return { assets, ...rest };
    },

    async probe() {
      refuseWhenClosed();
    },

    async id() {
      refuseWhenClosed();
      return logId;
    },

    watch(listener) {
      refuseWhenClosed();
      return watchers.watch(listener);
    },

    async close() {
      closed = true;
      watchers.clear();
    },
  };
}

function traceOf(target: WipeTarget, first: RecordedEvent, by: string | null) {
  const { assetKey } = first;
  if ("eventId" in target) return assetWiped(assetKey, first.partition, { what: "event", eventId: first.id }, by);
  if (target.partition === undefined) return assetWiped(assetKey, null, { what: "asset" }, by);
  return assetWiped(assetKey, target.partition, { what: "partition" }, by);
}
