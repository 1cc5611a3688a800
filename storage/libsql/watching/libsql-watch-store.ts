import { formatListCursor, parseListCursor } from "../../cursors/list-cursor.ts";
import type { ListRequest } from "../../event-log.ts";
import { subjectsIn } from "../../watching/asset-freshness.ts";
import type { AlertFilter, SubjectFilter, WatchRequest, WatchStep, WatchStore } from "../../watching/watch-store.ts";
import type { LogDatabase } from "../log-database.ts";
import { encodeKey, encodeNullable } from "../write/sortable-text.ts";

/** The WatchStore in the database of a log. */
export function createLibsqlWatchStore(database: LogDatabase, now: () => number): WatchStore {
  return {
    lease: () => database.watchLease(),
    takeLease: (holder, { fence, beat }) => database.takeWatchLease(holder, fence, beat),
    releaseLease: (fence) => database.releaseWatchLease(fence),
    step: (request) => takeStep(database, request),
    freshnessOf: (keys) => database.freshnessOf(keys),
    partitionsOf: async (key, partitions) => {
      const rows = await database.partitionSubjects(key, partitions);
      return new Map(subjectsIn(rows).map((subject) => [subject.partition ?? "", subject]));
    },
    subjects: (filter, page) => listSubjects(database, filter, page),
    counts: async () => {
      const [subjects, firing] = await Promise.all([database.subjectCounts(), database.firingCounts()]);
      return { subjects, firing };
    },
    firing: () => database.firingCounts(),
    alerts: (filter, page) => listAlerts(database, now(), filter, page),
    alert: async (id) => (await database.alerts({ id }, { limit: 1, before: undefined, now: now() }))[0],
    closeAlert: async (id) => {
      await database.closeAlert(id, now());
      return (await database.alerts({ id }, { limit: 1, before: undefined, now: now() }))[0];
    },
    mute: (name, until, by) => database.mute(name, { until, by, now: now() }),
    unmute: (name) => database.unmute(name, now()),
    mutes: () => database.mutes(now()),
  };
}

/** The step of a plan that was not written. The next step reads the stored cursor. */
const nothingDone = { cursor: undefined, decisions: 0, isWritten: false, nextAt: null } as const;

async function takeStep(database: LogDatabase, request: WatchRequest): Promise<WatchStep> {
  const planned = await database.planWatch(request);
  if (planned === undefined) return { ...nothingDone, isHolder: false, hasMore: false, behind: 0 };
  const { plan, ...step } = planned;
  if (plan === null) return { ...step, isHolder: true, isWritten: false };
  const { isWritten, isHolder, nextAt } = await database.commitWatch(plan);
  if (isWritten) return { ...step, isHolder, isWritten, nextAt };
  // Another server wrote meanwhile, or this plan was written before, and its answer was lost.
  return { ...nothingDone, isHolder, hasMore: isHolder, behind: step.behind };
}

async function listSubjects(database: LogDatabase, filter: SubjectFilter, { limit, cursor }: ListRequest) {
  const marked = ["subjects", filter.prefix, filter.state];
  const [name, partition = null] = parseListCursor(cursor, marked) ?? [];
  const from = typeof name === "string" ? ([name, partition] as const) : undefined;
  const rows = await database.subjects(filter, limit, from);
  const subjects = subjectsIn(rows.slice(0, limit));
  const last = subjects.at(-1);
  const position = last === undefined ? from : ([encodeKey(last.assetKey), encodeNullable(last.partition)] as const);
  return {
    subjects,
    cursor: position === undefined ? null : formatListCursor(position, marked),
    hasMore: rows.length > limit,
  };
}

async function listAlerts(database: LogDatabase, now: number, filter: AlertFilter, { limit, cursor }: ListRequest) {
  const { status, kind, prefix, assetKey } = filter;
  const marked = ["alerts", status, kind, prefix, assetKey];
  const [id] = parseListCursor(cursor, marked) ?? [];
  const before = typeof id === "string" ? Number(id) : undefined;
  const found = await database.alerts(filter, { limit, before, now });
  const alerts = found.slice(0, limit);
  const last = alerts.at(-1)?.id ?? before;
  return {
    alerts,
    cursor: last === undefined ? null : formatListCursor([String(last)], marked),
    hasMore: found.length > limit,
  };
}
