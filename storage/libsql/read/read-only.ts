import { existsSync, statSync } from "node:fs";
import { type Client, createClient } from "@libsql/client/sqlite3";
import { withBusyTimeout } from "../busy-timeout.ts";
import { databaseFile, urlWith } from "../file/database-file.ts";
import { realFile } from "../file/opened-file.ts";
import type { DatabaseAddress } from "../libsql-options.ts";
import { openRemoteClient } from "../remote/remote-client.ts";
import { cannotOpen } from "../store-error.ts";

/**
 * Does `work` over a connection that can't write, and creates no file but the index (-shm) of an existing WAL. A server
 * may keep using the database. If one starts meanwhile, the work is done a second time.
 */
export async function readOnly<Result>(
  address: DatabaseAddress,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const named = databaseFile(address.url);
  if (named === undefined) return withClient(await openRemoteClient(address), work);
  const file = realFile(named); // the WAL is beside the file, not beside a link to it
  const look = (parameters = "") => withClient(connect(address, urlWith(file, `mode=ro${parameters}`)), work);

  // A reader of a WAL database creates the WAL if there is none, unless it is told that the file won't change. But then
  // it would not read an existing WAL.
  const before = restingSince(file);
  if (before !== undefined) {
    try {
      const result = await look("&immutable=1");
      if (restingSince(file) === before) return result;
    } catch (error) {
      if (restingSince(file) === before) throw error;
    }
  }
  return look();
}

/** When the file was last written to. Undefined if it has a WAL, so that a process may have it open. */
function restingSince(file: string): number | undefined {
  return existsSync(`${file}-wal`) ? undefined : statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

async function withClient<Result>(client: Client, work: (client: Client) => Promise<Result>): Promise<Result> {
  try {
    return await withBusyTimeout(() => work(client));
  } finally {
    client.close();
  }
}

function connect(address: DatabaseAddress, url: string): Client {
  try {
    return createClient({ url, concurrency: 1, timeout: 0 });
  } catch (error) {
    throw cannotOpen(address.url, error);
  }
}
