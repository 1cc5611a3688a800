import { setTimeout as delay } from "node:timers/promises";
import type { Client, Transaction } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { driverError, isBusy } from "./failures.ts";
import { openRemoteClient } from "./remote-client.ts";
import { remoteTransaction } from "./remote-transaction.ts";
import { databaseName } from "./store-error.ts";

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
  try {
    return await (isFile(address) ? openFile(address) : openRemoteClient(address));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // SQLite's code 14: it can't open the file, and says no more.
    const why = /: 14\b/.test(said) ? "its folder must be there, and both must be writable." : said;
    throw new EventLogError("unusable_database", `The database ${databaseName(address.url)} can't be opened: ${why}`, {
      cause: error,
    });
  }
}

export function isFile({ url }: DatabaseAddress): boolean {
  return url.startsWith("file:") || url === ":memory:";
}

async function openFile({ url }: DatabaseAddress): Promise<Client> {
  const { createClient } = await import("@libsql/client");
  // timeout 0: a lock is waited for between attempts, never inside the driver, which waits synchronously.
  const client = createClient({ url, concurrency: 1, timeout: 0 });
  await client.executeMultiple(
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -65536;",
  );
  const { rows } = await client.execute("PRAGMA journal_mode");
  // Asked first: to set what is set already would wait for whoever writes now.
  if (rows[0]?.journal_mode === "wal") return client;
  await withPatience(() => client.executeMultiple("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"));
  return client;
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
  if (client.protocol !== "file") return remoteTransaction(client, work);
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
