import type { AssetCheckEvaluation, AssetCheckSeverity, RecordedEvent, RunlessEventType } from "../../core/index.ts";
import { dataVersionOf } from "../../core/index.ts";
import { formatCursor, parseCursor } from "../cursor.ts";
import type { AssetRecord, Commit, EventLog, EventMark, FailingCheck, Unit, UnitResult } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { fingerprint } from "../fingerprint.ts";
import { formatListCursor, parseListCursor } from "../list-cursor.ts";
import { type EventRow, encodeEvent, eventFromRow, kinds } from "./event-row.ts";
import { type EncodedUnits, type Group, joinRows, unitResults } from "./group.ts";
import { type Committed, GroupCommit, type Load } from "./group-commit.ts";
import type { LogDatabase } from "./log-database.ts";
import { prunePass } from "./prune-pass.ts";
import { purger } from "./purger.ts";
import type { AssetRows } from "./read-asset.ts";
import type { FailingRow, MarkRow } from "./read-recent.ts";
import { decodeKey, decodeText } from "./sortable-text.ts";
import { scopes } from "./summaries.ts";
import { watchers } from "./watchers.ts";

export interface LogOptions {
  /** How much may wait to be recorded. */
  readonly queue: Load;
  /** How many groups may be on their way at once. */
  readonly groupsAtOnce: number;
  readonly onCommit?: ((commit: Commit) => void) | undefined;
}

/** The events in a database. On a file, an append resolves after its commit with WAL and synchronous=FULL. */
export function createLibsqlEventLog(
  database: LogDatabase,
  now: () => number,
  { queue, groupsAtOnce, onCommit }: LogOptions,
): EventLog {
  let closing: Promise<void> | undefined;
  /** Settles when every wipe and every prune that was asked for has. */
  let deletions: Promise<unknown> = Promise.resolve();
  const news = watchers(() => database.newestId());
  const purge = purger(() => database.purgeStep());

  async function commit(items: readonly EncodedUnits[]): Promise<Committed<readonly UnitResult[]>> {
    const rows: string[] = [];
    const sizes: number[] = [];
    let [events, keyed, checks] = [0, false, false];
    for (const item of items) {
      if (item.rows !== "") rows.push(item.rows);
      sizes.push(...item.sizes);
      events += item.events;
      keyed ||= item.keyed;
      checks ||= item.checks;
    }
    const group: Group = { rows: joinRows(rows), sizes, keyed, checks, now: now() };
    const started = performance.now();
    const written = await database.write(group);
    const results = unitResults(written, sizes);
    onCommit?.({ events, milliseconds: performance.now() - started });
    news.tell();
    let end = 0;
    const ofItems = items.map((item) => {
      const start = end;
      end += item.sizes.length;
      return results.slice(start, end);
    });
    return { results: ofItems, milliseconds: written.milliseconds };
  }
  const commits = new GroupCommit(commit, queue, { atOnce: groupsAtOnce, nextTurn });

  function assertOpen(): void {
    if (closing !== undefined) throw new EventLogError("closed", "The event log is closed.");
  }

  purge.start();
  return {
    // Not async: each layer that waits costs every report a promise and a turn of the queue of them.
    append: (units, { patient = false } = {}) => {
      try {
        assertOpen();
        if (!patient) commits.assertRoom(); // before any work goes into what is refused
        const encoded = encodeUnits(units);
        return commits.add(encoded, { events: encoded.events, bytes: encoded.rows.length }, patient);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    get: async (id) => {
      assertOpen();
      const row = Number.isSafeInteger(id) ? await database.event(id) : undefined;
      return row && eventFromRow(row);
    },
    query: async (filter, page) => {
      assertOpen();
      const from = parseCursor(filter, page);
      const { rows, last = from, hasMore } = await database.page(filter, page, from);
      const cursor = last === undefined ? null : formatCursor(last, filter, page);
      const keyed = rows.flatMap(({ id, idempotencyKey }): [number, string][] =>
        idempotencyKey === null ? [] : [[id, decodeText(idempotencyKey)]],
      );
      return { events: rows.map(eventFromRow), cursor, hasMore, idempotencyKeys: new Map(keyed) };
    },
    asset: async (key) => {
      assertOpen();
      const rows = await database.asset(key);
      return rows && assetRecord(rows);
    },
    assets: async (filter, { limit, order, cursor: given }) => {
      assertOpen();
      const mark = ["assets", filter.prefix, filter.search, filter.failing, filter.quietSince, filter.type, order];
      const [key, rank = null] = parseListCursor(given, mark) ?? [];
      const from = typeof key === "string" ? { key, rank: rank === null ? null : Number(rank) } : undefined;
      const { rows, last, hasMore } = await database.assets(filter, { limit, order }, from);
      const place = last === undefined ? undefined : [last.key, last.rank === null ? null : String(last.rank)];
      return {
        assets: rows.map(assetRecord),
        cursor: place === undefined ? null : formatListCursor(place, mark),
        hasMore,
      };
    },
    recent: async (keys, limit) => {
      assertOpen();
      return (await database.recent(keys, limit)).map((marks) => marks.map(eventMark));
    },
    partitions: async (key, { limit, cursor: given }) => {
      assertOpen();
      const mark = ["partitions", key];
      const [from] = parseListCursor(given, mark) ?? [];
      const { rows, last, hasMore } = await database.partitions(key, limit, from ?? undefined);
      const partitions = rows.map(({ events, latest }) => {
        const latestMaterialization = eventFromRow(latest);
        return { partition: latestMaterialization.partition ?? "", latestMaterialization, materializations: events };
      });
      return { partitions, cursor: last === undefined ? null : formatListCursor([last], mark), hasMore };
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
    partitionMarks: async (key, { limit, cursor: given }) => {
      assertOpen();
      const mark = ["partitions", key];
      const [from] = parseListCursor(given, mark) ?? [];
      const { rows, last, hasMore } = await database.partitionMarks(key, limit, from ?? undefined);
      const partitions = rows.map(({ partition, timestamp, events, failing }) => ({
        partition: decodeText(partition),
        timestamp,
        materializations: events,
        failing,
      }));
      return { partitions, cursor: last === undefined ? null : formatListCursor([last], mark), hasMore };
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
    wipe: async (target, by) => {
      assertOpen();
      if ("eventId" in target && !Number.isSafeInteger(target.eventId)) return undefined;
      const wiping = database.wipe(target, by, now());
      deletions = Promise.allSettled([deletions, wiping]);
      const trace = await wiping;
      if (trace === undefined) return undefined;
      news.tell();
      purge.start();
      return eventFromRow(trace);
    },
    prune: async (expiry) => {
      assertOpen();
      const pruning = prunePass(database, expiry, assertOpen);
      deletions = Promise.allSettled([deletions, pruning]);
      return pruning;
    },
    prunedId: async (type) => {
      assertOpen();
      return database.prunedId(type);
    },
    stats: async () => {
      assertOpen();
      return database.stats();
    },
    lastMaterializations: async () => {
      assertOpen();
      const rows = await database.lastMaterializations();
      return rows.map(([key, timestamp]) => ({ assetKey: decodeKey(key), timestamp }));
    },
    probe: async () => {
      assertOpen();
      return database.probe();
    },
    id: async () => {
      assertOpen();
      return database.logId();
    },
    watch: (listener) => {
      assertOpen();
      return news.watch(listener);
    },
    close: () => {
      closing ??= commits.close().then(async () => {
        await deletions;
        news.close();
        await purge.stop();
        await database.close();
      });
      return closing;
    },
  };
}

// Only a Worker runtime may be without it.
const nextTurn = globalThis.setImmediate && ((work: () => void) => void setImmediate(work));

// One pass: every report comes through here.
function encodeUnits(units: readonly Unit[]): EncodedUnits {
  const rows: string[] = [];
  const sizes: number[] = [];
  let [keyed, checks] = [false, false];
  for (const unit of units) {
    sizes.push(unit.length);
    for (const { event, idempotencyKey: key } of unit) {
      keyed ||= key !== undefined;
      checks ||= event.type === "ASSET_CHECK_EVALUATION";
      rows.push(encodeEvent(event, key === undefined ? undefined : { key, fingerprint: fingerprint(event) }));
    }
  }
  return { rows: joinRows(rows), events: rows.length, sizes, keyed, checks };
}

function assetRecord({ key, summaries, checks, partitions }: AssetRows): AssetRecord {
  const of = (scope: number) => summaries.find((summary) => summary.scope === scope);
  const latest = (scope: number): RecordedEvent | null => {
    const summary = of(scope);
    return summary === undefined ? null : eventFromRow(summary.latest);
  };
  const versioned = latest(scopes.versioned);
  return {
    assetKey: decodeKey(key),
    latestMaterialization: latest(scopes.materializations),
    latestObservation: latest(scopes.observations),
    dataVersion: versioned && dataVersionOf(versioned),
    checks: checks.map(checkFromRow),
    counts: {
      materializations: of(scopes.materializations)?.events ?? 0,
      observations: of(scopes.observations)?.events ?? 0,
      checkEvaluations: of(scopes.evaluations)?.events ?? 0,
      partitions,
    },
  };
}

function failingCheck([checkName, partition, id, severity]: FailingRow): FailingCheck {
  return {
    checkName: decodeText(checkName),
    partition: partition === null ? null : decodeText(partition),
    id,
    severity: severity as AssetCheckSeverity, // only encodeEvent writes it
  };
}

function eventMark([id, kind, timestamp, passed, severity]: MarkRow): EventMark {
  return {
    id,
    type: typeOfKind(kind),
    timestamp,
    passed: passed === null ? null : passed === 1,
    severity: severity as AssetCheckSeverity | null, // only encodeEvent writes it
  };
}

function typeOfKind(kind: number): RunlessEventType {
  if (kind === kinds.ASSET_MATERIALIZATION) return "ASSET_MATERIALIZATION";
  return kind === kinds.ASSET_OBSERVATION ? "ASSET_OBSERVATION" : "ASSET_CHECK_EVALUATION";
}

function checkFromRow(row: EventRow): RecordedEvent & AssetCheckEvaluation {
  return eventFromRow(row) as RecordedEvent & AssetCheckEvaluation; // read from summaries of evaluations alone
}
