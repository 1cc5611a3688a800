import { setImmediate as nextTurn } from "node:timers/promises";
import { EventLogError } from "../../event-log-error.ts";
import type { DatabaseAddress, FileEvents, OnDamage, OnFileTrouble } from "../libsql-options.ts";
import { databaseOf, type LogDatabase, readsOf } from "../log-database.ts";
import { buffersIn, type SentGroup } from "../write/group.ts";
import type { DatabaseRequest, DatabaseResponse, DatabaseThreadData } from "./database-thread.ts";
import type { OpenedFile } from "./opened-file.ts";

/**
 * A database file with two threads, each with a connection of its own: the driver is synchronous, and a slow read must
 * never hold up an acknowledgement. The one that reads starts with the first read: a server that is only reported to
 * needs none.
 */
export async function openDatabaseThreads(
  address: DatabaseAddress,
  { watchesLog, onDamage, onFileTrouble }: FileEvents = {},
): Promise<LogDatabase> {
  let isOpen = false;
  // Of a damage that the opening meets its error says all.
  const noteDamage = (problem: string) => isOpen && onDamage?.(problem);
  const { database: writer, opened } = await startThread({ ...address, watchesLog }, noteDamage, onFileTrouble);
  isOpen = true;
  let reader: Promise<LogDatabase> | undefined;

  function startedReader(): Promise<LogDatabase> {
    reader ??= startReader();
    return reader;
  }

  async function startReader(): Promise<LogDatabase> {
    try {
      return (await startThread({ ...address, opened }, noteDamage)).database;
    } catch (error) {
      reader = undefined; // the next read tries again
      throw error;
    }
  }

  return {
    // Also what is read of a row or two: of the writer's time it takes less than a commit does.
    ...writer,
    ...readsOf(startedReader),
    // Asked at every start, and nothing is hidden then as a rule: that alone starts no thread.
    findHidden: async () =>
      reader === undefined && (await writer.findHidden()) === undefined
        ? undefined
        : (await startedReader()).findHidden(),
    findExpired: async (...args) => (await startedReader()).findExpired(...args),
    // Readiness asks for it: by the thread that reads, once there is one.
    logId: async () => (await (reader ?? writer)).logId(),
    close: async () => {
      const opened = await reader?.catch(() => undefined);
      await opened?.close(); // first, since the end of the thread that writes may take SQLite's locks: see wal-index.ts
      await writer.close();
    },
  };
}

/** How many calls may wait for one thread: what comes behind so many comes too late for whoever asked. */
const mostCalls = 10_000;

function tooMuchAsked(): EventLogError {
  return new EventLogError(
    "overloaded",
    `${mostCalls} questions to the database wait already. Try again a little later.`,
  );
}

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (error: EventLogError) => void;
}

/** What of a group that is written moves to the thread, and is not copied. */
function buffersOf([group]: readonly unknown[]): ArrayBuffer[] {
  const { rows, shared } = group as SentGroup; // what `write` takes
  return buffersIn(rows, shared);
}

interface DatabaseThread {
  readonly database: LogDatabase;
  /** The file that it has open. */
  readonly opened: OpenedFile | undefined;
}

/** A LogDatabase whose calls run on a thread. It keeps the process alive only while a call is under way. */
async function startThread(
  workerData: DatabaseThreadData,
  onDamage: OnDamage,
  onFileTrouble?: OnFileTrouble,
): Promise<DatabaseThread> {
  // Only here: a bundle for a Worker runtime, which has no such thing, would import it where it stands.
  const { Worker } = await import("node:worker_threads");
  const file = import.meta.url.endsWith(".ts") ? "./database-thread.ts" : "./database-thread.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData,
    trackUnmanagedFds: false, // Node would close the descriptor of the index with the thread: see wal-index.ts
  });
  const calls = new Map<number, Call>();
  let lastId = 0;
  let ended: string | undefined;
  let isFileDamaged = false;

  worker.on("message", (response: DatabaseResponse) => {
    if ("trouble" in response) {
      isFileDamaged ||= response.trouble?.isDamage === true;
      return onFileTrouble?.(response.trouble);
    }
    const call = calls.get(response.id);
    calls.delete(response.id);
    if (calls.size === 0) worker.unref();
    if (!("error" in response)) return call?.resolve(response.value as never); // what the method of the same call returned
    if (response.damage !== undefined) onDamage(response.damage);
    call?.reject(new EventLogError(response.error.code, response.error.message));
  });
  worker.on("error", (error) => fail(`The database thread failed: ${error instanceof Error ? error.message : error}`));
  worker.on("exit", () => fail("The database thread has ended."));

  function fail(message: string): void {
    ended ??= message;
    for (const { reject } of calls.values()) reject(new EventLogError("unknown_outcome", message));
    calls.clear();
  }

  function wait<Result>(id: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (calls.size === 0) worker.ref();
      calls.set(id, { resolve, reject });
    });
  }

  function call(method: keyof LogDatabase) {
    return (...args: readonly unknown[]): Promise<unknown> => {
      if (ended !== undefined) return Promise.reject(new EventLogError("unavailable", ended));
      if (calls.size >= mostCalls && method !== "close") return Promise.reject(tooMuchAsked());
      const request: DatabaseRequest = { id: ++lastId, method, args };
      worker.postMessage(request, method === "write" ? buffersOf(args) : []);
      return wait(request.id); // the thread answers what the method returns
    };
  }

  const opened = await wait<OpenedFile | undefined>(0).catch(async (error) => {
    await worker.terminate();
    throw error;
  });
  // On Bun nothing more comes of a thread to who blocks inside its message, as expect().rejects of bun:test does.
  await nextTurn();
  const database: LogDatabase = {
    ...databaseOf(call),
    close: async () => {
      if (ended === undefined) await call("close")();
      ended ??= "The database is closed.";
      // A thread that ends closes its connections, and the last to close moves the log into the file.
      if (!isFileDamaged) await worker.terminate();
    },
  };
  return { database, opened };
}
