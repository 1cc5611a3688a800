import { compareCodePoints } from "../core/asset-key.ts";
import {
  type AssetCheckEvaluation,
  type AssetKey,
  compareAssetKeys,
  dataVersionOf,
  hasPrefix,
  type RecordedEvent,
  type RunlessEvent,
} from "../core/index.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import type { AppendedEvent, AssetRecord, EventFilter, EventLog, Unit, UnitResult } from "./event-log.ts";
import { EventLogError } from "./event-log-error.ts";
import { fingerprint } from "./fingerprint.ts";
import { wellFormedEvent } from "./well-formed-event.ts";

/** The EventLog that the others are compared with: everything in arrays, every answer by scanning them. */
export function createMemoryEventLog(options: { readonly now: () => number }): EventLog {
  const events: RecordedEvent[] = []; // the event with id n at n - 1
  const firstUses = new Map<string, FirstUse>();
  let closed = false;

  // Synchronous, so no call comes between the parts of another.
  function appendUnit(unit: Unit, receivedAt: number): UnitResult {
    const recorded: RecordedEvent[] = [];
    const answers: AppendedEvent[] = [];
    const uses = new Map<string, FirstUse>();
    for (const [index, newEvent] of unit.entries()) {
      const event = wellFormedEvent(newEvent.event);
      const id = events.length + recorded.length + 1;
      const scope = scopeOf(event, newEvent.idempotencyKey);
      if (scope !== undefined) {
        const content = fingerprint(event);
        const earlier = firstUses.get(scope);
        const first = earlier ?? uses.get(scope);
        if (first !== undefined && first.content !== content) {
          return { status: "conflict", index, id: earlier?.id ?? null };
        }
        if (first !== undefined) {
          answers.push({ id: first.id, duplicate: true });
          continue;
        }
        uses.set(scope, { id, content });
      }
      recorded.push({ ...event, id, timestamp: event.timestamp ?? receivedAt, receivedAt });
      answers.push({ id, duplicate: false });
    }
    for (const event of recorded) events.push(event);
    for (const [scope, use] of uses) firstUses.set(scope, use);
    return { status: "recorded", events: answers };
  }

  function refuseWhenClosed(): void {
    if (closed) throw new EventLogError("closed", "The event log is closed.");
  }

  return {
    async append(units) {
      refuseWhenClosed();
      const receivedAt = Math.max(options.now(), events.at(-1)?.receivedAt ?? Number.NEGATIVE_INFINITY);
      return units.map((unit) => appendUnit(unit, receivedAt));
    },

    async get(id) {
      refuseWhenClosed();
      return events[id - 1];
    },

    async query(filter, page) {
      refuseWhenClosed();
      const ascending = page.order === "asc";
      const from = parseCursor(filter, page);
      const ordered = ascending ? events : events.toReversed();
      const ahead = ordered.filter(({ id }) => from === undefined || (ascending ? id > from : id < from));
      const matching = ahead.filter((event) => matches(filter, event));
      const found = matching.slice(0, page.limit);
      const hasMore = matching.length > found.length;
      const last = (hasMore ? found : ahead).at(-1)?.id ?? from;
      return { events: found, cursor: last === undefined ? null : formatCursor(last, filter, page), hasMore };
    },

    async asset(key) {
      refuseWhenClosed();
      const ofAsset = events.filter((event) => sameKey(event.assetKey, key));
      return ofAsset.length === 0 ? undefined : summarize(key, ofAsset);
    },

    async close() {
      closed = true;
    },
  };
}

/** Where an idempotency key came first, and with what. */
interface FirstUse {
  readonly id: number;
  readonly content: string;
}

function scopeOf({ type, assetKey }: RunlessEvent, idempotencyKey: string | undefined): string | undefined {
  return idempotencyKey === undefined ? undefined : JSON.stringify([type, assetKey, idempotencyKey.toWellFormed()]);
}

function sameKey(a: AssetKey, b: AssetKey): boolean {
  return compareAssetKeys(a, b) === 0;
}

function matches(filter: EventFilter, event: RecordedEvent): boolean {
  const { assetKey, prefix, type, partition, checkName, since, until, after, before } = filter;
  return (
    (assetKey === undefined || sameKey(event.assetKey, assetKey)) &&
    (prefix === undefined || hasPrefix(event.assetKey, prefix)) &&
    (type === undefined || event.type === type) &&
    (partition === undefined || event.partition === partition) &&
    (checkName === undefined || (isCheck(event) && event.checkName === checkName)) &&
    (since === undefined || event.timestamp >= since) &&
    (until === undefined || event.timestamp < until) &&
    (after === undefined || event.id > after) &&
    (before === undefined || event.id < before)
  );
}

function summarize(assetKey: AssetKey, events: readonly RecordedEvent[]): AssetRecord {
  const materializations = events.filter((event) => event.type === "ASSET_MATERIALIZATION");
  const observations = events.filter((event) => event.type === "ASSET_OBSERVATION");
  const evaluations = events.filter(isCheck);
  const versioned = events.filter((event) => !isCheck(event) && dataVersionOf(event) !== null);
  const newestVersioned = latest(versioned);
  const checkNames = [...new Set(evaluations.map((event) => event.checkName))].sort(compareCodePoints);
  return {
    assetKey,
    latestMaterialization: latest(materializations) ?? null,
    latestObservation: latest(observations) ?? null,
    dataVersion: newestVersioned === undefined ? null : dataVersionOf(newestVersioned),
    checks: checkNames.flatMap((name) => latest(evaluations.filter((event) => event.checkName === name)) ?? []),
    counts: {
      materializations: materializations.length,
      observations: observations.length,
      checkEvaluations: evaluations.length,
      partitions: new Set(materializations.flatMap(({ partition }) => partition ?? [])).size,
    },
  };
}

function isCheck(event: RecordedEvent): event is RecordedEvent & AssetCheckEvaluation {
  return event.type === "ASSET_CHECK_EVALUATION";
}

/** The greatest (timestamp, id) of events in the order of their ids. */
function latest<Event extends RecordedEvent>(events: readonly Event[]): Event | undefined {
  let found: Event | undefined;
  for (const event of events) if (found === undefined || event.timestamp >= found.timestamp) found = event;
  return found;
}
