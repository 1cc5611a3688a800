import { EventLogError } from "../event-log-error.ts";
import type { DatabaseRequest, DatabaseResponse } from "./database-thread.ts";
import { buffersIn } from "./group.ts";
import type { DatabaseAddress, OnDamage } from "./libsql-options.ts";
import type { LogDatabase } from "./log-database.ts";

/**
 * A database file with two threads, each with a connection of its own: the driver is synchronous, and a slow read must
 * never hold up an acknowledgement.
 */
export async function openDatabaseThreads(address: DatabaseAddress, onDamage?: OnDamage): Promise<LogDatabase> {
  const writer = await startThread(address, onDamage);
  const reader = await startThread(address, onDamage).catch(async (error) => {
    await writer.close();
    throw error;
  });
  const { write, wipe, deleteHidden, notePrune, pruneEvents, forgetKeys, probe } = writer;
  // Read there too, lest slow reads hold up who comes to report.
  const { tokens, createToken, revokeToken, noteTokenUses } = writer;
  const close = async () => void (await Promise.all([writer.close(), reader.close()]));
  const pruning = { notePrune, pruneEvents, forgetKeys, probe };
  return { ...reader, write, wipe, deleteHidden, ...pruning, tokens, createToken, revokeToken, noteTokenUses, close };
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

/** What of a call's arguments moves to the thread, and is not copied. */
type BuffersOf<Method extends keyof LogDatabase> = (...args: Parameters<LogDatabase[Method]>) => ArrayBuffer[];

/** A LogDatabase whose calls run on a thread. It keeps the process alive only while a call is under way. */
async function startThread(address: DatabaseAddress, onDamage?: OnDamage): Promise<LogDatabase> {
  // Only here: a bundle for a Worker runtime, which has no such thing, would import it where it stands.
  const { Worker } = await import("node:worker_threads");
  const file = import.meta.url.endsWith(".ts") ? "./database-thread.ts" : "./database-thread.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: address });
  const calls = new Map<number, Call>();
  let lastId = 0;
  let ended: string | undefined;

  worker.on("message", (response: DatabaseResponse) => {
    const call = calls.get(response.id);
    calls.delete(response.id);
    if (calls.size === 0) worker.unref();
    if (!("error" in response)) return call?.resolve(response.value as never); // what the method of the same call returned
    if (response.damage !== undefined && response.id > 0) onDamage?.(response.damage); // 0 is the opening
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

  function call<Method extends keyof LogDatabase>(method: Method, buffersOf?: BuffersOf<Method>) {
    return (...args: Parameters<LogDatabase[Method]>): ReturnType<LogDatabase[Method]> => {
      const refuse = (error: EventLogError) => Promise.reject(error) as ReturnType<LogDatabase[Method]>;
      if (ended !== undefined) return refuse(new EventLogError("unavailable", ended));
      if (calls.size >= mostCalls && method !== "close") return refuse(tooMuchAsked());
      const request: DatabaseRequest = { id: ++lastId, method, args };
      worker.postMessage(request, buffersOf?.(...args) ?? []);
      return wait(request.id) as ReturnType<LogDatabase[Method]>; // the thread answers what the method returns
    };
  }

  await wait<void>(0).catch(async (error) => {
    await worker.terminate();
    throw error;
  });
  return {
    write: call("write", ({ rows, shared }) => buffersIn(rows, shared)),
    event: call("event"),
    page: call("page"),
    asset: call("asset"),
    assets: call("assets"),
    assetMarks: call("assetMarks"),
    recent: call("recent"),
    partitions: call("partitions"),
    failingChecks: call("failingChecks"),
    checkHistories: call("checkHistories"),
    partitionMarks: call("partitionMarks"),
    checks: call("checks"),
    planWipe: call("planWipe"),
    continuePlan: call("continuePlan"),
    wipe: call("wipe"),
    findHidden: call("findHidden"),
    deleteHidden: call("deleteHidden"),
    findExpired: call("findExpired"),
    pruneEvents: call("pruneEvents"),
    forgetKeys: call("forgetKeys"),
    prunedId: call("prunedId"),
    notePrune: call("notePrune"),
    prunedAt: call("prunedAt"),
    stats: call("stats"),
    lastMaterializations: call("lastMaterializations"),
    probe: call("probe"),
    logId: call("logId"),
    newestId: call("newestId"),
    tokens: call("tokens"),
    createToken: call("createToken"),
    revokeToken: call("revokeToken"),
    noteTokenUses: call("noteTokenUses"),
    close: async () => {
      if (ended === undefined) await call("close")();
      ended ??= "The database is closed.";
      await worker.terminate();
    },
  };
}
