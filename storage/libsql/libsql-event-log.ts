import type { Commit } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import type { Load } from "../group-commit/group-commit.ts";
import { createCommitListeners } from "./commit-listeners.ts";
import type { LibsqlEventLog } from "./libsql-options.ts";
import type { LogDatabase } from "./log-database.ts";
import { Deletions } from "./maintenance/deletions.ts";
import { createLibsqlReads } from "./read/libsql-reads.ts";
import { AppendQueue } from "./write/append-queue.ts";
import { encodeUnits } from "./write/encode-units.ts";
import { type EncodedUnits, type GroupResult, unitResults } from "./write/group.ts";

interface LogOptions {
  /** How much may wait to be recorded. */
  readonly queue: Load;
  /** How many groups may be sent to the database before the first is answered. */
  readonly groupsAtOnce: number;
  readonly onCommit?: ((commit: Commit) => void) | undefined;
}

/** The events in a database. On a file, an append resolves after its commit with WAL and synchronous=FULL. */
export function createLibsqlEventLog(
  database: LogDatabase,
  now: () => number,
  { onCommit, ...options }: LogOptions,
): LibsqlEventLog {
  let closing: Promise<void> | undefined;
  function assertOpen(): void {
    if (closing !== undefined) throw new EventLogError("closed", "The event log is closed.");
  }
  const listeners = createCommitListeners(() => database.lastChange());
  const queue = new AppendQueue(database, {
    ...options,
    now,
    assertOpen,
    onCommit: (commit) => {
      onCommit?.(commit);
      listeners.notify();
    },
  });
  const deletions = new Deletions(database, { now, assertOpen, onWipe: () => listeners.notify() });

  return {
    append: (units, { waitWhenFull = false, reportedBy } = {}) =>
      queue.add(() => encodeUnits(units, reportedBy), resultOfEach, waitWhenFull),
    appendEncoded: (encoded, { waitWhenFull = false } = {}) => queue.add(() => encoded, resultOfAll, waitWhenFull),
    ...createLibsqlReads(database, assertOpen),
    wipe: async (target, by) => {
      assertOpen();
      return deletions.wipe(target, by);
    },
    prune: async (expiry) => {
      assertOpen();
      return deletions.prune(expiry);
    },
    probe: async () => {
      assertOpen();
      return database.probe();
    },
    assertKnownSchema: async () => {
      assertOpen();
      return database.assertKnownSchema();
    },
    watch: (listener) => {
      assertOpen();
      return listeners.watch(listener);
    },
    close: () => {
      closing ??= queue.close().then(async () => {
        await deletions.close();
        listeners.close();
        await database.close();
      });
      return closing;
    },
  };
}

const resultOfEach = (result: GroupResult, { sizes }: EncodedUnits) => unitResults(result, sizes);
const resultOfAll = (result: GroupResult) => result;
