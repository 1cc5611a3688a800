import { type Client, createClient } from "@libsql/client";
import { mustBeWritable } from "./assert-writable.ts";
import { overfullLog } from "./checkpointer.ts";
import type { DatabaseAddress } from "./libsql-options.ts";
import { withPatience } from "./patience.ts";
import { cannotOpen } from "./store-error.ts";

/**
 * One connection to a file (the driver's client is a pool, and PRAGMAs hold for one connection of it), opened so that a
 * commit is on the disk when it returns: WAL with synchronous=FULL.
 */
export async function openConnection({ url }: DatabaseAddress): Promise<Client> {
  try {
    // timeout 0: a lock is waited for between attempts, never inside the driver, which waits synchronously.
    // Whoever closes the file as its last user holds it for a moment; what met that is not used again.
    return await withPatience(async () => {
      const client = createClient({ url, concurrency: 1, timeout: 0 });
      try {
        await prepareFile(client);
        return client;
      } catch (error) {
        client.close();
        throw error;
      }
    });
  } catch (error) {
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
  await withPatience(() => client.executeMultiple("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"));
}
