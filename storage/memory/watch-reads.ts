import { compareAssetKeys, hasPrefix } from "../../core/asset-key.ts";
import { isReported } from "../../core/events/events.ts";
import type { AssetKey, RecordedEvent } from "../../core/index.ts";
import type { DefinitionStore } from "../definitions/definition-store.ts";
import type { EventLog } from "../event-log.ts";
import { comparePositions } from "../scan/list-page.ts";
import { countedAt, waitReadsOf } from "../wait-reads.ts";
import { distinct, idOf } from "../watching/step-draft.ts";
import type { CheckSubject, KeyPage, LogSlice, WatchedRow, WatchPlan, WatchReads } from "../watching/watch-plan.ts";
import type { Alert } from "../watching/watch-store.ts";

/** What a store keeps of the server that watches. */
export interface WatcherRecord {
  holder: string | null;
  fence: number;
  beat: number;
  progress: WatchPlan["progress"] | undefined;
}

/** What the reads look through. */
export interface MemoryWatchSource {
  readonly log: EventLog;
  readonly definitions: DefinitionStore;
  readonly watcher: WatcherRecord;
  readonly rows: readonly WatchedRow[];
  readonly firing: readonly Omit<Alert, "mutedUntil">[];
}

/**
 * The reads of a step, by a scan of any EventLog and DefinitionStore. A store of your own may begin with them. They look
 * for no checks that failed before the log was followed, since they follow it from its first event.
 *
 * @example
 * const { log, definitions } = await openStores({ url: ":memory:" });
 * const watcher = { holder: null, fence: 0, beat: 0, progress: undefined };
 * const reads = createMemoryWatchReads({ log, definitions, watcher, rows: [], firing: [] });
 * console.log((await reads.head()).newestId); // 0
 */
export function createMemoryWatchReads(source: MemoryWatchSource): WatchReads {
  const { log, definitions, watcher, firing } = source;
  const rows = source.rows.toSorted((a, b) => comparePositions(positionOf(a), positionOf(b)));
  const isOf = (keys: readonly AssetKey[]) => {
    const wanted = new Set(keys.map((key) => JSON.stringify(key)));
    return ({ assetKey }: { readonly assetKey: AssetKey }) => wanted.has(JSON.stringify(assetKey));
  };
  return {
    async head() {
      const { events } = await log.query({}, { limit: 1, order: "desc" });
      const isDefined = (await definitions.list({}, { limit: 1 })).definitions.length > 0;
      const { progress, fence, beat } = watcher;
      return {
        ...{ fence, beat },
        cursor: progress?.cursor ?? 0,
        revision: progress?.revision ?? 0,
        sweep: progress?.sweep ?? null,
        newestId: events[0]?.id ?? 0,
        definitionRevision: await definitions.revision(),
        hasSubjects: isDefined || rows.length > 0,
      };
    },
    async slice(after, limit) {
      const { events, hasMore } = await log.query({ after }, { limit, order: "asc" });
      return { ...sliceOf(events), upTo: events.at(-1)?.id ?? after, hasMore };
    },
    due: async (now, limit) =>
      rows
        .filter(({ nextAt }) => nextAt !== null && nextAt <= now)
        .sort((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0))
        .slice(0, limit),
    rows: async (names) => {
      const wanted = new Set(names.map(idOf));
      return rows.filter((row) => wanted.has(idOf(row)));
    },
    rowsOf: async (keys) => rows.filter(isOf(keys)),
    watchedKeys: async (after, limit) => keyPage(distinct(rows.map(({ assetKey }) => assetKey)), after, limit),
    assetKeys: async (prefix, after, limit) => {
      const { assets } = await log.assets({ prefix }, { limit: Number.MAX_SAFE_INTEGER });
      const keys = assets.map(({ assetKey }) => assetKey).filter((key) => hasPrefix(key, prefix));
      return keyPage(keys, after, limit);
    },
    firstReceipts: (keys) =>
      Promise.all(
        keys.map(async (assetKey) => {
          const { events } = await log.query({ assetKey }, { limit: Number.MAX_SAFE_INTEGER, order: "asc" });
          return events.find(isReported)?.receivedAt ?? null;
        }),
      ),
    firingChecks: async (keys) =>
      firing.filter(isOf(keys)).flatMap(({ assetKey, partition, checkName, severity }) => {
        return checkName === null ? [] : { assetKey, partition, checkName, severity };
      }),
    failingChecks: async () => ({ checks: [], after: null, hasMore: false }), // as it follows the log from the start
    waitFacts: (asks) => waitReadsOf(log).waitFacts(asks),
    definitionsFor: definitions.definitionsFor,
    list: definitions.list,
  };
}

function keyPage(keys: readonly AssetKey[], after: string | null, limit: number): KeyPage {
  const last: AssetKey | null = after === null ? null : JSON.parse(after);
  const ahead = keys.filter((key) => last === null || compareAssetKeys(key, last) > 0).sort(compareAssetKeys);
  const found = ahead.slice(0, limit);
  const end = found.at(-1);
  return { keys: found, after: end === undefined ? after : JSON.stringify(end), hasMore: ahead.length > limit };
}

function positionOf({ assetKey, partition }: WatchedRow) {
  return [...assetKey, null, partition];
}

function sliceOf(events: readonly RecordedEvent[]): Pick<LogSlice, "counted" | "evaluated" | "wiped"> {
  const counted = new Map<string, LogSlice["counted"][number]>();
  const evaluated = new Map<string, LogSlice["evaluated"][number]>();
  const wiped: LogSlice["wiped"][number][] = [];
  for (const event of events) {
    const { assetKey, partition, timestamp, receivedAt, id } = event;
    const at = countedAt(event);
    if (event.type === "ASSET_CHECK_EVALUATION") {
      const name: CheckSubject = { assetKey, partition, checkName: event.checkName };
      evaluated.delete(JSON.stringify(name)); // in the order of the last of each
      evaluated.set(JSON.stringify(name), { ...name, id, at, late: receivedAt - timestamp });
    } else if (event.type === "ASSET_WIPED") {
      wiped.push({ assetKey, isWhole: event.metadata.what?.rawValue === "asset" });
    } else if (event.type === "ASSET_MATERIALIZATION" || event.type === "ASSET_OBSERVATION") {
      const type = event.type === "ASSET_MATERIALIZATION" ? "materialization" : "observation";
      const id = JSON.stringify([assetKey, partition, type]);
      const newest = Math.max(at, counted.get(id)?.at ?? at);
      counted.delete(id);
      counted.set(id, { assetKey, partition, type, at: newest });
    }
  }
  return { counted: [...counted.values()], evaluated: [...evaluated.values()], wiped };
}
