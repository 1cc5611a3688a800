import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient, type Transaction } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { driverError, explainFailure, isBusy, isDamage } from "./failures.ts";
import { filePath } from "./file-path.ts";

export interface DatabaseAddress {
  /** `file:…`, `:memory:`, or a remote `libsql://…`, `http://…`. */
  readonly url: string;
  readonly authToken?: string | undefined;
}

/** How long a writer waits for another process that holds the write lock. */
const lockPatience = 10_000;

/**
 * One connection (the driver's client is a pool, and PRAGMAs hold for one connection of it). A file is opened so that a
 * commit is on the disk when it returns: WAL with synchronous=FULL.
 */
export async function openConnection(address: DatabaseAddress): Promise<Client> {
  let client: Client | undefined;
  try {
    // timeout 0: a lock is waited for between attempts, never inside the driver, which waits synchronously.
    client = createClient({ ...authTokenOf(address), url: address.url, concurrency: 1, timeout: 0 });
    if (client.protocol === "file") await prepareFile(client);
    return client;
  } catch (error) {
    client?.close();
    throw new EventLogError("unusable_database", whyNotOpened(error, address.url), { cause: error });
  }
}

function whyNotOpened(error: unknown, url: string): string {
  if (isDamage(error)) return explainFailure(error, url);
  const said = error instanceof Error ? error.message : String(error);
  // The bare 14 is SQLite's code for a file that it can't open; sometimes the driver says no more.
  const isAccess = /: 14\b|SQLITE_(CANTOPEN|READONLY)/.test(said);
  return `The database ${url} can't be opened: ${isAccess ? mustBeWritable : said}`;
}

const mustBeWritable = "its folder must be there, and both must be writable.";

/** Throws EventLogError where a file could only be read: SQLite opens it all the same. */
export function assertWritable(url: string): void {
  const file = filePath(url);
  const needed = [dirname(file), file, `${file}-wal`, `${file}-shm`].filter(existsSync);
  try {
    for (const path of needed) accessSync(path, constants.W_OK);
  } catch (error) {
    const message = `The database ${url} can't be opened: ${mustBeWritable}`;
    throw new EventLogError("unusable_database", message, { cause: error });
  }
}

function authTokenOf({ authToken }: DatabaseAddress): { readonly authToken?: string } {
  return authToken === undefined ? {} : { authToken };
}

async function prepareFile(client: Client): Promise<void> {
  await client.executeMultiple(
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -65536;",
  );
  const { rows } = await client.execute("PRAGMA journal_mode");
  // Asked first: to set what is set already would wait for whoever writes now.
  if (rows[0]?.journal_mode === "wal") return;
  await withPatience(() => client.executeMultiple("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"));
}

/**
 * Runs `work` while this connection holds the write lock, and commits. The lock is taken by a statement that the driver
 * does not prepare: once a prepared one of @libsql/client 0.18 meets SQLITE_BUSY, the connection goes on to answer ok to
 * inserts that it never commits (libsql-client-ts#352).
 */
export async function writeTransaction<Result>(
  client: Client,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const transaction = await lockedTransaction(client);
  try {
    const result = await work(transaction);
    await commit(transaction);
    return result;
  } finally {
    transaction.close();
  }
}

/** What a full disk or a lock refuses was not committed. Of any other failure nobody knows: the disk may have it. */
async function commit(transaction: Transaction): Promise<void> {
  try {
    await transaction.commit();
  } catch (error) {
    if (isBusy(error) || driverError(error)?.code === "SQLITE_FULL") throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new EventLogError(
      "unknown_outcome",
      `The commit failed, and what it wrote may be recorded or not: ${why}. Repeat the call with the same idempotency keys.`,
      { cause: error },
    );
  }
}

async function lockedTransaction(client: Client): Promise<Transaction> {
  try {
    return await withPatience(async () => {
      const transaction = await client.transaction("deferred");
      try {
        await transaction.executeMultiple("DELETE FROM write_lock WHERE 0;");
        return transaction;
      } catch (error) {
        transaction.close();
        throw error;
      }
    });
  } catch (error) {
    if (!isBusy(error)) throw error;
    const seconds = lockPatience / 1000;
    throw new EventLogError(
      "unavailable",
      `Another process has held the database's write lock for ${seconds} seconds.`,
    );
  }
}

/** Tries again while another process holds the lock; the event loop stays free meanwhile. */
export async function withPatience<Result>(attempt: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + lockPatience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await delay(1 + Math.random() * 10);
    }
  }
}
