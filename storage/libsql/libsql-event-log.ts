import type { Commit } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { type Committed, GroupCommit, type Load } from "../group-commit/group-commit.ts";
import type { LibsqlEventLog } from "./libsql-options.ts";
import type { LogDatabase } from "./log-database.ts";
import { prunePass, purger } from "./maintenance/deletion-steps.ts";
import { runWipe } from "./maintenance/wipe/run-wipe.ts";
import { createLibsqlReads } from "./read/libsql-reads.ts";
import { watchers } from "./watchers.ts";
import { sharedSize } from "./write/details-references.ts";
import { encodeUnits } from "./write/encode-units.ts";
import { eventFromRow } from "./write/event-row.ts";
import {
  type EncodedUnits,
  type GroupResult,
  joinSizes,
  joinTexts,
  type Rows,
  rowsSize,
  type SharedDetails,
  type Sizes,
  splitResult,
  unitResults,
} from "./write/group.ts";

export interface LogOptions {
  /** How much may wait to be recorded. */
  readonly queue: Load;
  /** How many groups may be on their way at once. */
  readonly groupsAtOnce: number;
  readonly onCommit?: ((commit: Commit) => void) | undefined;
}

/** Units that wait for their commit, and what their append answers then. */
interface QueuedUnits {
  readonly units: EncodedUnits;
  answer(result: GroupResult, units: EncodedUnits): unknown;
}

/** The events in a database. On a file, an append resolves after its commit with WAL and synchronous=FULL. */
export function createLibsqlEventLog(
  database: LogDatabase,
  now: () => number,
  { queue, groupsAtOnce, onCommit }: LogOptions,
): LibsqlEventLog {
  let closing: Promise<void> | undefined;
  /** Settles when every wipe and every prune that was asked for has. */
  let deletions: Promise<unknown> = Promise.resolve();
  const news = watchers(() => database.newestId());
  const purge = purger(async () => {
    const hidden = await database.findHidden();
    if (hidden !== undefined) await database.deleteHidden(hidden);
    return hidden !== undefined;
  });
  /** A plan of a wipe is outdated by whatever else deletes events: no two of this process get into each other's way. */
  const inTurn = oneAtATime();

  async function commit(items: readonly QueuedUnits[]): Promise<Committed<unknown>> {
    const rows: Rows[] = [];
    const sizes: Sizes[] = [];
    let [events, keyed, checks] = [0, false, false];
    let shared: SharedDetails | undefined;
    for (const { units } of items) {
      if (units.shared !== undefined) shared = { ...shared, ...units.shared };
      rows.push(units.rows);
      sizes.push(units.sizes);
      events += units.events;
      keyed ||= units.keyed;
      checks ||= units.checks;
    }
    const started = performance.now();
    const written = await database.write({
      rows: joinTexts(rows),
      sizes: joinSizes(sizes),
      keyed,
      checks,
      shared,
      now: now(),
    });
    onCommit?.({ events, milliseconds: performance.now() - started });
    news.tell();
    const split = splitResult(written);
    const results = items.map(({ units, answer }) => answer(split(units), units));
    return { results, milliseconds: written.milliseconds };
  }
  const commits = new GroupCommit(commit, queue, { atOnce: groupsAtOnce, nextTurn });

  function assertOpen(): void {
    if (closing !== undefined) throw new EventLogError("closed", "The event log is closed.");
  }

  // Not async: each layer that waits costs every report a promise and a turn of the queue of them.
  function add<Answer>(
    encode: () => EncodedUnits,
    answer: (result: GroupResult, units: EncodedUnits) => Answer,
    waitWhenFull: boolean,
  ) {
    try {
      assertOpen();
      if (!waitWhenFull) commits.assertSpace(); // before any work goes into what is refused
      const units = encode();
      const load = { events: units.events, bytes: rowsSize(units.rows) + sharedSize(units.shared) };
      return commits.add({ units, answer }, load, waitWhenFull) as Promise<Answer>; // each item's result is its own answer
    } catch (error) {
      return Promise.reject<Answer>(error);
    }
  }

  purge.start();
  return {
    append: (units, { waitWhenFull = false } = {}) => add(() => encodeUnits(units), resultOfEach, waitWhenFull),
    appendEncoded: (encoded, { waitWhenFull = false } = {}) => add(() => encoded, resultOfAll, waitWhenFull),
    ...createLibsqlReads(database, assertOpen),
    wipe: async (target, by) => {
      assertOpen();
      if ("eventId" in target && !Number.isSafeInteger(target.eventId)) return undefined;
      const wiping = inTurn(() => runWipe(database, { target, by, now }, assertOpen));
      deletions = Promise.allSettled([deletions, wiping]);
      const trace = await wiping;
      if (trace === undefined) return undefined;
      news.tell();
      purge.start();
      return eventFromRow(trace);
    },
    prune: async (expiry) => {
      assertOpen();
      const pruneEvents = (ids: readonly number[]) => inTurn(() => database.pruneEvents(ids));
      const pruning = prunePass({ ...database, pruneEvents }, expiry, assertOpen);
      deletions = Promise.allSettled([deletions, pruning]);
      return pruning;
    },
    probe: async () => {
      assertOpen();
      return database.probe();
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

const resultOfEach = (result: GroupResult, { sizes }: EncodedUnits) => unitResults(result, sizes);
const resultOfAll = (result: GroupResult) => result;

// Only a Worker runtime may be without it.
const nextTurn = globalThis.setImmediate && ((work: () => void) => void setImmediate(work));

/** Runs what it is given one after the other, in the order in which it came. */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
