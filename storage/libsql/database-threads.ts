import { Worker } from "node:worker_threads";
import { EventLogError } from "../event-log-error.ts";
import type { DatabaseAddress } from "./connection.ts";
import type { DatabaseRequest, DatabaseResponse } from "./database-thread.ts";
import type { LogDatabase } from "./log-database.ts";

/**
 * A database file with two threads, each with a connection of its own: the driver is synchronous, and a slow read must
 * never hold up an acknowledgement.
 */
export async function openDatabaseThreads(address: DatabaseAddress): Promise<LogDatabase> {
  const writer = await startThread(address);
  const reader = await startThread(address).catch(async (error) => {
    await writer.close();
    throw error;
  });
  const { write, wipe, purgeStep } = writer;
  const close = async () => void (await Promise.all([writer.close(), reader.close()]));
  return { ...reader, write, wipe, purgeStep, close };
}

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (error: EventLogError) => void;
}

/** A LogDatabase whose calls run on a thread. It keeps the process alive only while a call is under way. */
async function startThread(address: DatabaseAddress): Promise<LogDatabase> {
  const file = import.meta.url.endsWith(".ts") ? "./database-thread.ts" : "./database-thread.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: address });
  const calls = new Map<number, Call>();
  let lastId = 0;
  let ended: string | undefined;

  worker.on("message", (response: DatabaseResponse) => {
    const call = calls.get(response.id);
    calls.delete(response.id);
    if (calls.size === 0) worker.unref();
    if ("error" in response) call?.reject(new EventLogError(response.error.code, response.error.message));
    else call?.resolve(response.value as never); // what the method of the same call returned
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

  function call<Method extends keyof LogDatabase>(method: Method) {
    return (...args: Parameters<LogDatabase[Method]>): ReturnType<LogDatabase[Method]> => {
      if (ended !== undefined)
        return Promise.reject(new EventLogError("unavailable", ended)) as ReturnType<LogDatabase[Method]>;
      const request: DatabaseRequest = { id: ++lastId, method, args };
      worker.postMessage(request);
      return wait(request.id) as ReturnType<LogDatabase[Method]>; // the thread answers what the method returns
    };
  }

  await wait<void>(0).catch(async (error) => {
    await worker.terminate();
    throw error;
  });
  return {
    write: call("write"),
    event: call("event"),
    page: call("page"),
    asset: call("asset"),
    assets: call("assets"),
    recent: call("recent"),
    partitions: call("partitions"),
    checkHistories: call("checkHistories"),
    partitionMarks: call("partitionMarks"),
    checks: call("checks"),
    wipe: call("wipe"),
    purgeStep: call("purgeStep"),
    logId: call("logId"),
    newestId: call("newestId"),
    close: async () => {
      if (ended === undefined) await call("close")();
      ended ??= "The database is closed.";
      await worker.terminate();
    },
  };
}
