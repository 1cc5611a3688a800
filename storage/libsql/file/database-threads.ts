import type { DatabaseAddress, FileEvents } from "../libsql-options.ts";
import { type LogDatabase, readsOf } from "../log-database.ts";
import { DatabaseThread } from "./database-thread.ts";

/**
 * A database file with two threads, each with a connection of its own: the driver is synchronous, and a slow read must
 * not delay an acknowledgement. The thread that reads starts with the first read, so a server that only gets reports
 * does without it.
 */
export async function openDatabaseThreads(
  address: DatabaseAddress,
  { watchesLog, onDamage, onFileTrouble }: FileEvents = {},
): Promise<LogDatabase> {
  let isOpen = false;
  const reportDamage = (problem: string) => isOpen && onDamage?.(problem); // the opening itself throws what it finds
  const { database: writer, opened } = await DatabaseThread.start(
    { ...address, watchesLog },
    { onDamage: reportDamage, onFileTrouble },
  );
  isOpen = true;
  let reader: Promise<LogDatabase> | undefined;

  function startedReader(): Promise<LogDatabase> {
    reader ??= startReader();
    return reader;
  }

  async function startReader(): Promise<LogDatabase> {
    try {
      return (await DatabaseThread.start({ ...address, opened }, { onDamage: reportDamage })).database;
    } catch (error) {
      reader = undefined; // the next read tries again
      throw error;
    }
  }

  return {
    // The writer also answers reads of a row or two: they take less of its time than a commit.
    ...writer,
    ...readsOf(startedReader),
    // Asked at every start, when nothing is hidden as a rule: this alone starts no thread.
    findHidden: async () =>
      reader === undefined && (await writer.findHidden()).length === 0 ? [] : (await startedReader()).findHidden(),
    findExpired: async (...args) => (await startedReader()).findExpired(...args),
    // Readiness checks ask for it. The reader answers if it is there.
    logId: async () => (await (reader ?? writer)).logId(),
    close: async () => {
      const opened = await reader?.catch(() => undefined);
      await opened?.close(); // first, since the end of the thread that writes may release SQLite's locks: see wal-index.ts
      await writer.close();
    },
  };
}
