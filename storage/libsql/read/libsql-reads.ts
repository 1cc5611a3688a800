import type { AssetCheckSeverity, JsonValue } from "../../../core/index.ts";
import { formatCursor, parseCursor } from "../../cursors/cursor.ts";
import { formatListCursor, parseListCursor } from "../../cursors/list-cursor.ts";
import type { FailingCheck } from "../../overview.ts";
import type { LibsqlEventLog } from "../libsql-options.ts";
import type { LogDatabase } from "../log-database.ts";
import { type EventRow, eventFromRow, eventMark } from "../write/event-row.ts";
import { decodeKey, decodeNullable, decodeText } from "../write/sortable-text.ts";
import { assetListCursor, assetMark, assetRecord, checkFromRow } from "./assets/asset-answers.ts";
import type { FailingRow } from "./assets/read-failing-checks.ts";

/** The part of a log that reads. */
export type EventLogReads = Omit<
  LibsqlEventLog,
  "append" | "appendEncoded" | "assertKnownSchema" | "wipe" | "prune" | "probe" | "watch" | "close"
>;

/** Reads from a database. Decodes its rows and checks cursors. `assertOpen` throws once the log is closed. */
export function createLibsqlReads(database: LogDatabase, assertOpen: () => void): EventLogReads {
  return {
    ...eventReads(database, assertOpen),
    ...assetReads(database, assertOpen),
    ...partReads(database, assertOpen),
    ...logReads(database, assertOpen),
  };
}

/** Events, one by one, in pages, and over time. */
function eventReads(
  database: LogDatabase,
  assertOpen: () => void,
): Pick<EventLogReads, "get" | "query" | "recent" | "timeline" | "reportedEvent"> {
  return {
    get: async (id) => {
      assertOpen();
      const row = Number.isSafeInteger(id) ? await database.event(id) : undefined;
      return row && eventFromRow(row);
    },
    reportedEvent: async (id) => {
      assertOpen();
      const row = Number.isSafeInteger(id) ? await database.event(id) : undefined;
      if (row === undefined) return undefined;
      return { event: eventFromRow(row), reporter: row.reportedBy === null ? undefined : decodeText(row.reportedBy) };
    },
    query: async (filter, page) => {
      assertOpen();
      const from = parseCursor(filter, page);
      const { rows, last = from, hasMore } = await database.page(filter, page, from);
      const cursor = last === undefined ? null : formatCursor(last, filter, page);
      return {
        events: rows.map(eventFromRow),
        cursor,
        hasMore,
        idempotencyKeys: textsById(rows, ({ idempotencyKey }) => idempotencyKey),
        reporters: textsById(rows, ({ reportedBy }) => reportedBy),
      };
    },
    recent: async (keys, limit) => {
      assertOpen();
      return (await database.recent(keys, limit)).map((marks) => marks.map(eventMark));
    },
    timeline: async (key, request) => {
      assertOpen();
      const { rows, ...timeline } = await database.timeline(key, request);
      return { ...timeline, events: rows.map(eventFromRow) };
    },
  };
}

/** The texts of the rows that have one, by the ids of their events. */
function textsById(rows: readonly EventRow[], textOf: (row: EventRow) => string | null): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const row of rows) {
    const text = textOf(row);
    if (text !== null) found.set(row.id, decodeText(text));
  }
  return found;
}

/** Assets, and what is known about them. */
function assetReads(
  database: LogDatabase,
  assertOpen: () => void,
): Pick<EventLogReads, "asset" | "assets" | "assetMarks" | "marksOf" | "assetStates"> {
  return {
    asset: async (key) => {
      assertOpen();
      const rows = await database.asset(key);
      return rows && assetRecord(rows);
    },
    assets: async (filter, { limit, order, cursor: given }) => {
      assertOpen();
      const list = assetListCursor(filter, order);
      const { rows, last, hasMore } = await database.assets(filter, { limit, order }, list.parse(given));
      return { assets: rows.map(assetRecord), cursor: list.format(last), hasMore };
    },
    assetMarks: async (filter, { limit, order, cursor: given }) => {
      assertOpen();
      const list = assetListCursor(filter, order);
      const { rows, last, hasMore } = await database.assetMarks(filter, { limit, order }, list.parse(given));
      return { assets: rows.map(assetMark), cursor: list.format(last), hasMore };
    },
    marksOf: async (keys) => {
      assertOpen();
      return (await database.marksOf(keys)).map(assetMark);
    },
    assetStates: async (filter, { limit, cursor: given }) => {
      assertOpen();
      const list = assetListCursor(filter, undefined);
      const { rows, last, hasMore } = await database.assetStates(filter, limit, list.parse(given));
      const assets = rows.map(({ key, ...state }) => ({ assetKey: decodeKey(key), ...state }));
      return { assets, cursor: list.format(last), hasMore };
    },
  };
}

/** The partitions and checks of assets. */
function partReads(
  database: LogDatabase,
  assertOpen: () => void,
): Pick<EventLogReads, "partitions" | "partitionMarks" | "checks" | "failingChecks" | "checkHistories"> {
  return {
    partitions: async (key, { limit, cursor: given }) => {
      assertOpen();
      const list = textCursor(given, ["partitions", key]);
      const { rows, last, hasMore } = await database.partitions(key, limit, list.from);
      const partitions = rows.map(({ events, latest }) => {
        const latestMaterialization = eventFromRow(latest);
        return { partition: latestMaterialization.partition ?? "", latestMaterialization, materializations: events };
      });
      return { partitions, cursor: list.format(last), hasMore };
    },
    partitionMarks: async (key, { limit, cursor: given }) => {
      assertOpen();
      const list = textCursor(given, ["partitions", key]);
      const { rows, last, hasMore } = await database.partitionMarks(key, limit, list.from);
      const partitions = rows.map(({ partition, timestamp, events, failing }) => ({
        partition: decodeText(partition),
        timestamp,
        materializations: events,
        failing,
      }));
      return { partitions, cursor: list.format(last), hasMore };
    },
    checks: async (key, { limit, cursor: given }) => {
      assertOpen();
      const mark = ["checks", key];
      const [name, partition = null] = parseListCursor(given, mark) ?? [];
      const from = typeof name === "string" ? ([name, partition] as const) : undefined;
      const { rows, last, hasMore } = await database.checks(key, limit, from);
      const checks = rows.map(({ events, latest }) => {
        const latestEvaluation = checkFromRow(latest);
        const { checkName, partition } = latestEvaluation;
        return { checkName, partition, latestEvaluation, evaluations: events };
      });
      return { checks, cursor: last === undefined ? null : formatListCursor(last, mark), hasMore };
    },
    failingChecks: async (keys, limit) => {
      assertOpen();
      return (await database.failingChecks(keys, limit)).map((checks) => checks.map(failingCheck));
    },
    checkHistories: async (checks, limit) => {
      assertOpen();
      const found = await database.checkHistories(checks, limit);
      return found.map(({ total, evaluations }) => ({ total, evaluations: evaluations.map(eventMark) }));
    },
  };
}

/** The log as a whole. */
function logReads(
  database: LogDatabase,
  assertOpen: () => void,
): Pick<
  EventLogReads,
  "prunedId" | "prunedAt" | "stats" | "lastMaterializations" | "id" | "waitFacts" | "changesAfter"
> {
  return {
    prunedId: async (type) => {
      assertOpen();
      return database.prunedId(type);
    },
    prunedAt: async () => {
      assertOpen();
      return database.prunedAt();
    },
    stats: async () => {
      assertOpen();
      return database.stats();
    },
    lastMaterializations: async ({ limit, cursor: given }) => {
      assertOpen();
      const list = textCursor(given, ["last materializations"]);
      const { rows, last, hasMore } = await database.lastMaterializations(limit, list.from);
      const assets = rows.map(([key, timestamp]) => ({ assetKey: decodeKey(key), timestamp }));
      return { assets, cursor: list.format(last), hasMore };
    },
    id: async () => {
      assertOpen();
      return database.logId();
    },
    waitFacts: async (asks) => {
      assertOpen();
      return database.waitFacts(asks);
    },
    changesAfter: async (after) => {
      assertOpen();
      return database.changesAfter(after);
    },
  };
}

/** The cursor of a list whose position is one text. Cursors with another mark are refused. */
function textCursor(given: string | undefined, mark: readonly JsonValue[]) {
  const [from] = parseListCursor(given, mark) ?? [];
  return {
    from: from ?? undefined,
    format: (last: string | undefined) => (last === undefined ? null : formatListCursor([last], mark)),
  };
}

function failingCheck([checkName, partition, id, severity]: FailingRow): FailingCheck {
  return {
    checkName: decodeText(checkName),
    partition: decodeNullable(partition),
    id,
    severity: severity as AssetCheckSeverity, // only encodeEvent writes it
  };
}
