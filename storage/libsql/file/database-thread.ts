import { setImmediate as nextTurn } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { EventLogError } from "../../event-log-error.ts";
import type { ReplaceRequest } from "../definitions/replace-definitions.ts";
import type { OnDamage, OnFileTrouble } from "../libsql-options.ts";
import { databaseOf, type LogDatabase } from "../log-database.ts";
import { buffersIn, type SentGroup } from "../write/group.ts";
import type { DatabaseRequest, DatabaseResponse, DatabaseWorkerData } from "./database-worker.ts";
import type { OpenedFile } from "./opened-file.ts";

/** How many calls may wait for one thread. A further call would be answered too late for its caller. */
const mostCalls = 10_000;

/** The id of the response that says that the database is open. No call has it. */
const openingId = 0;

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (error: EventLogError) => void;
}

interface ThreadEvents {
  readonly onDamage: OnDamage;
  readonly onFileTrouble?: OnFileTrouble | undefined;
}

/** A thread that runs database-worker.ts, and its calls. It keeps the process alive only while a call is under way. */
export class DatabaseThread {
  /** A LogDatabase whose methods are calls to the thread. */
  readonly database: LogDatabase;
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;
  /** Why no further call is possible. */
  #ended: string | undefined;
  #isFileDamaged = false;

  private constructor(worker: Worker, events: ThreadEvents) {
    this.#worker = worker;
    this.#events = events;
    const call =
      (method: keyof LogDatabase) =>
      (...args: readonly unknown[]) =>
        this.#call(method, args);
    this.database = { ...databaseOf(call), close: () => this.#close() };
    worker.on("message", (response: DatabaseResponse) => this.#receive(response));
    worker.on("error", (error) => {
      this.#fail(`The database thread failed: ${error instanceof Error ? error.message : error}`);
    });
    worker.on("exit", () => this.#fail("The database thread has ended."));
  }

  /** Starts a thread. Resolves when it has the database open, with the file that it has open. Throws EventLogError. */
  static async start(
    workerData: DatabaseWorkerData,
    events: ThreadEvents,
  ): Promise<{ readonly database: LogDatabase; readonly opened: OpenedFile | undefined }> {
    // Imported here: a bundle for a Worker runtime, which has no such module, would import it at its start.
    const { Worker } = await import("node:worker_threads");
    const file = import.meta.url.endsWith(".ts") ? "./database-worker.ts" : "./database-worker.js";
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData,
      trackUnmanagedFds: false, // Node would close the descriptor of the index with the thread: see wal-index.ts
    });
    const thread = new DatabaseThread(worker, events);
    const opened = await thread.#wait<OpenedFile | undefined>(openingId).catch(async (error) => {
      await worker.terminate();
      throw error;
    });
    // On Bun no further message arrives while a caller blocks inside this one, as expect().rejects of bun:test does.
    await nextTurn();
    return { database: thread.database, opened };
  }

  /** Waits for the response to the call with this id. */
  #wait<Result>(id: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#calls.size === 0) this.#worker.ref();
      this.#calls.set(id, { resolve, reject });
    });
  }

  #call(method: keyof LogDatabase, args: readonly unknown[]): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(new EventLogError("unavailable", this.#ended));
    if (this.#calls.size >= mostCalls && method !== "close") return Promise.reject(tooManyCalls());
    const request: DatabaseRequest = { id: ++this.#lastId, method, args };
    this.#worker.postMessage(request, buffersOf(method, args));
    return this.#wait(request.id); // the thread answers what the method returns
  }

  #receive(response: DatabaseResponse): void {
    if ("trouble" in response) {
      this.#isFileDamaged ||= response.trouble?.isDamage === true;
      this.#events.onFileTrouble?.(response.trouble);
      return;
    }
    const call = this.#calls.get(response.id);
    this.#calls.delete(response.id);
    if (this.#calls.size === 0) this.#worker.unref();
    if (!("error" in response)) {
      call?.resolve(response.value as never); // what the method of the same call returned
      return;
    }
    if (response.damage !== undefined) this.#events.onDamage(response.damage);
    call?.reject(new EventLogError(response.error.code, response.error.message));
  }

  #fail(message: string): void {
    this.#ended ??= message;
    for (const { reject } of this.#calls.values()) reject(new EventLogError("unknown_outcome", message));
    this.#calls.clear();
  }

  async #close(): Promise<void> {
    if (this.#ended === undefined) await this.#call("close", []);
    this.#ended ??= "The database is closed.";
    // A thread that ends closes its connections, and the last to close checkpoints the WAL into the file.
    if (!this.#isFileDamaged) await this.#worker.terminate();
  }
}

function tooManyCalls(): EventLogError {
  return new EventLogError(
    "overloaded",
    `${mostCalls} questions to the database wait already. Try again a little later.`,
  );
}

/** The buffers of what is written: they move to the thread, and are not copied. */
function buffersOf(method: keyof LogDatabase, [given]: readonly unknown[]): ArrayBuffer[] {
  if (method === "replaceDefinitions") return [...(given as ReplaceRequest).given]; // what it takes
  if (method !== "write") return [];
  const { rows, shared } = given as SentGroup; // what `write` takes
  return buffersIn(rows, shared);
}
