import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { isBusy } from "./failures.ts";

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
    throw cannotOpen(address, error, "its folder must be there, and both must be writable.");
  }
}

/** `needs` says what a file must be: SQLite's code 14 is that it can't open it, and says no more. */
export function cannotOpen({ url }: DatabaseAddress, cause: unknown, needs: string): EventLogError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const why = /: 14\b/.test(said) ? needs : said;
  return new EventLogError("unusable_database", `The database ${url} can't be opened: ${why}`, { cause });
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
