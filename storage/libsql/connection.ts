import { type Client, createClient } from "@libsql/client/sqlite3";
import { EventLogError } from "../event-log-error.ts";
import { withBusyTimeout } from "./busy-timeout.ts";
import { mustBeWritable } from "./file/assert-writable.ts";
import { overfullLog } from "./file/checkpointer.ts";
import { urlWith } from "./file/database-file.ts";
import { assertThere, type OpenedFile } from "./file/opened-file.ts";
import type { DatabaseAddress } from "./libsql-options.ts";
import { cannotOpen } from "./store-error.ts";

export interface FileAddress extends DatabaseAddress {
  /** The file as another connection of this process has it open: no other is opened in its place, and none is made. */
  readonly opened?: OpenedFile | undefined;
}

/**
 * One connection to a file (the driver's client is a pool, and PRAGMAs hold for one connection of it), opened so that a
 * commit is on the disk when it returns: WAL with synchronous=FULL.
 */
export async function openConnection({ url, opened }: FileAddress): Promise<Client> {
  try {
    // timeout 0: a lock is waited for between attempts, never inside the driver, which waits synchronously.
    // Whoever closes the file as its last user holds it for a moment; what met that is not used again.
    return await withBusyTimeout(async () => {
      if (opened !== undefined) assertThere(opened);
      const client = createClient({ url: opened ? urlWith(opened.path, "mode=rw") : url, concurrency: 1, timeout: 0 });
      try {
        if (opened !== undefined) assertThere(opened); // it may have gone meanwhile
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

/** What every connection to a file that may write says of itself. */
export const filePragmas = `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${overfullLog}; PRAGMA cache_size = -65536;`;

async function prepareFile(client: Client): Promise<void> {
  await client.executeMultiple(filePragmas);
  const { rows } = await client.execute("PRAGMA journal_mode");
  // Asked first: to set what is set already would wait for whoever writes now.
  if (rows[0]?.journal_mode === "wal") return;
  await withBusyTimeout(() => client.executeMultiple("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"));
}
