import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { explainFailure, isBusy, isDamage } from "./failures.ts";

export interface DatabaseAddress {
  /** `file:…`, `:memory:`, or a remote `libsql://…`, `http://…`. */
  readonly url: string;
  readonly authToken?: string | undefined;
}

/** How long a writer waits for another process that holds the write lock, in milliseconds. */
export const lockPatience = 10_000;

/**
 * One connection (the driver's client is a pool, and PRAGMAs hold for one connection of it). A file is opened so that a
 * commit is on the disk when it returns: WAL with synchronous=FULL.
 */
export async function openConnection(address: DatabaseAddress): Promise<Client> {
  try {
    // timeout 0: a lock is waited for between attempts, never inside the driver, which waits synchronously.
    // Whoever closes the file as its last user holds it for a moment; what met that is not used again.
    return await withPatience(async () => {
      const client = createClient({ ...authTokenOf(address), url: address.url, concurrency: 1, timeout: 0 });
      try {
        if (client.protocol === "file") await prepareFile(client);
        return client;
      } catch (error) {
        client.close();
        throw error;
      }
    });
  } catch (error) {
    throw cannotOpen(address, error, mustBeWritable);
  }
}

const mustBeWritable = "its folder must be there, and both must be writable.";

/** Throws EventLogError where the file could only be read: SQLite opens it all the same. */
export function assertWritable(url: string, file: string): void {
  const needed = [dirname(file), file, `${file}-wal`, `${file}-shm`].filter(existsSync);
  try {
    for (const path of needed) accessSync(path, constants.W_OK);
  } catch (error) {
    const message = `The database ${url} can't be opened: ${mustBeWritable}`;
    throw new EventLogError("unusable_database", message, { cause: error });
  }
}

/** `needs` says what a file must be, where access is what fails. */
export function cannotOpen({ url }: DatabaseAddress, cause: unknown, needs: string): EventLogError {
  if (isDamage(cause)) return new EventLogError("unusable_database", explainFailure(cause, url), { cause });
  const said = cause instanceof Error ? cause.message : String(cause);
  // The bare 14 is SQLite's code for a file that it can't open; sometimes the driver says no more.
  const isAccess = /: 14\b|SQLITE_(CANTOPEN|READONLY)/.test(said);
  return new EventLogError("unusable_database", `The database ${url} can't be opened: ${isAccess ? needs : said}`, {
    cause,
  });
}

export function authTokenOf({ authToken }: DatabaseAddress): { readonly authToken?: string } {
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
