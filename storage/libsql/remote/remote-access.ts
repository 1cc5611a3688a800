import type { Client } from "@libsql/client";
import type { DatabaseAccess, Write } from "../database-access.ts";
import type { DatabaseAddress } from "../libsql-options.ts";
import { migrate } from "../migrations/migrate.ts";
import { storeError } from "../store-error.ts";
import { openRemoteClient } from "./remote-client.ts";
import { remoteGroupWriter } from "./remote-group-writer.ts";
import { remoteWriter } from "./remote-writer.ts";
import { withRetries } from "./retry-policy.ts";

// How long a database that can't be reached is tried, in milliseconds.
const timeout = 3_000;
const startTimeout = 10_000;

/** Opens a remote database, and creates or migrates it. */
export async function openRemoteAccess(address: DatabaseAddress): Promise<DatabaseAccess> {
  const client = await openRemoteClient(address);
  const use = async <Result>(work: (client: Client) => Promise<Result>, until = timeout): Promise<Result> => {
    try {
      return await withRetries(() => work(client), until);
    } catch (error) {
      throw storeError(error, address.url);
    }
  };
  try {
    await use(migrate, startTimeout);
  } catch (error) {
    client.close();
    throw error;
  }

  const writer = remoteWriter(client);
  const write: Write = (work) => use((client) => work(writer, client));
  const writeGroup = remoteGroupWriter(client);
  return {
    file: undefined,
    read: (work) => use(work),
    write,
    writeGroup: (group) => use(() => writeGroup(group)),
    close: async () => client.close(),
  };
}
