import { formatListCursor, parseListCursor } from "../../cursors/list-cursor.ts";
import type { ListRequest } from "../../event-log.ts";
import type { WatchedRow } from "../../watching/watch-plan.ts";
import type {
  AlertFilter,
  Subject,
  SubjectFilter,
  WatchRequest,
  WatchStep,
  WatchStore,
} from "../../watching/watch-store.ts";
import type { LogDatabase } from "../log-database.ts";
import { encodeKey, encodeText } from "../write/sortable-text.ts";

/** What is watched, in the database of a log. */
export function createLibsqlWatchStore(database: LogDatabase, now: () => number): WatchStore {
  return {
    lease: () => database.watchLease(),
    takeLease: (holder, { fence, beat }) => database.takeWatchLease(holder, fence, beat),
    releaseLease: (fence) => database.releaseWatchLease(fence),
    step: (request) => takeStep(database, request),
    freshnessOf: (keys) => database.freshnessOf(keys),
    partitionsOf: async (key, partitions) => {
      const rows = await database.partitionSubjects(key, partitions);
      return new Map(rows.flatMap(subjectOf).map((subject) => [subject.partition ?? "", subject]));
    },
    subjects: (filter, page) => listSubjects(database, filter, page),
    counts: () => database.watchCounts(),
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

async function takeStep(database: LogDatabase, request: WatchRequest): Promise<WatchStep> {
  const planned = await database.planWatch(request);
  if (planned === undefined) {
    return {
      ...{ isHolder: false, cursor: 0, hasMore: false, decisions: 0 },
      isWritten: false,
      nextAt: null,
      behind: 0,
    };
  }
  const { plan, decisions, nextAt, ...step } = planned;
  if (plan === null) return { ...step, isHolder: true, decisions, isWritten: false, nextAt };
  const written = await database.commitWatch(plan);
  // Another wrote meanwhile, or this plan is there already and its answer was lost: the next step reads what holds.
  if (!written.isWritten) {
    const { isHolder } = written;
    return {
      ...step,
      isHolder,
      cursor: request.cursor ?? 0,
      hasMore: isHolder,
      decisions: 0,
      isWritten: false,
      nextAt,
    };
  }
  return { ...step, isHolder: true, decisions, isWritten: true, nextAt: written.nextAt };
}

async function listSubjects(database: LogDatabase, filter: SubjectFilter, { limit, cursor }: ListRequest) {
  const marked = ["subjects", filter.prefix, filter.state];
  const [name, partition = null] = parseListCursor(cursor, marked) ?? [];
  const from = typeof name === "string" ? ([name, partition] as const) : undefined;
  const rows = await database.subjects(filter, limit, from);
  const subjects = rows.slice(0, limit).flatMap(subjectOf);
  const last = subjects.at(-1);
  const position =
    last === undefined
      ? from
      : ([encodeKey(last.assetKey), last.partition === null ? null : encodeText(last.partition)] as const);
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

function subjectOf(row: WatchedRow): readonly Subject[] {
  return row.state === null ? [] : [{ ...row, state: row.state }];
}
