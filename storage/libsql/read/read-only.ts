import { existsSync, statSync } from "node:fs";
import { type Client, createClient } from "@libsql/client/sqlite3";
import { withBusyTimeout } from "../busy-timeout.ts";
import { databaseFile, urlWith } from "../file/database-file.ts";
import { realFile } from "../file/opened-file.ts";
import type { DatabaseAddress } from "../libsql-options.ts";
import { openRemoteClient } from "../remote/remote-client.ts";
import { cannotOpen } from "../store-error.ts";

/**
 * Does `work` over a connection that can't write, and that makes no file but the index (-shm) of a WAL that lies there. A
 * server may go on using the database. The work is done a second time where one starts to meanwhile.
 */
export async function readOnly<Result>(
  address: DatabaseAddress,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const named = databaseFile(address.url);
  if (named === undefined) return withClient(await openRemoteClient(address), work);
  const file = realFile(named); // beside a link there is no WAL, and what lies in it would be passed over
  const look = (parameters = "") => withClient(connect(address, urlWith(file, `mode=ro${parameters}`)), work);

  // A reader of a WAL database makes the WAL where there is none, unless it is told that the file won't change. But
  // what is in a WAL it would then not see.
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

/** When the file was last written to, if nobody has it open and nothing waits in a WAL. */
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
