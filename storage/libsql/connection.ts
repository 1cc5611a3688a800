import { type Client, createClient } from "@libsql/client/sqlite3";
import { EventLogError } from "../event-log-error.ts";
import { withBusyTimeout } from "./busy-timeout.ts";
import { mustBeWritable } from "./file/assert-writable.ts";
import { overfullWal } from "./file/checkpointer.ts";
import { urlWith } from "./file/database-file.ts";
import { assertThere, type OpenedFile } from "./file/opened-file.ts";
import type { DatabaseAddress } from "./libsql-options.ts";
import { cannotOpen } from "./store-error.ts";

export interface FileAddress extends DatabaseAddress {
  /**
   * The file that another connection of this process has open. A missing file is then not created, and another one not
   * opened.
   */
  readonly opened?: OpenedFile | undefined;
}

/**
 * One connection to a file, opened so that a commit is on the disk when it returns: WAL with synchronous=FULL. One,
 * because the driver's client is a pool, and PRAGMAs hold for a single connection.
 */
export async function openConnection({ url, opened }: FileAddress): Promise<Client> {
  try {
    // timeout 0: a lock is waited for between attempts, never inside the driver, which waits synchronously. The last
    // user of a file holds a lock for a moment while it closes. A connection that met a lock is not used again.
    return await withBusyTimeout(async () => {
      if (opened !== undefined) assertThere(opened);
      const client = createClient({ url: opened ? urlWith(opened.path, "mode=rw") : url, concurrency: 1, timeout: 0 });
      try {
        if (opened !== undefined) assertThere(opened); // it may be gone by now
        await prepareFile(client);
        return client;
      } catch (error) {
        client.close();
        throw error;
      }
    });
  } catch (error) {
    if (error instanceof EventLogError) throw error;
    throw cannotOpen(url, error, mustBeWritable);
  }
}

/** The settings of every connection that may write to a file. */
export const filePragmas = `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${overfullWal}; PRAGMA cache_size = -65536;`;

async function prepareFile(client: Client): Promise<void> {
  await client.executeMultiple(filePragmas);
  const { rows } = await client.execute("PRAGMA journal_mode");
  // Asked first: setting the mode again would wait for another process that writes.
  if (rows[0]?.journal_mode === "wal") return;
  await withBusyTimeout(() => client.executeMultiple("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"));
}
