import type { Client } from "@libsql/client";
import { withBusyTimeout } from "../busy-timeout.ts";
import { type FileAddress, openConnection } from "../connection.ts";
import { isBusy } from "../failures.ts";
import { storeError } from "../store-error.ts";

/** A connection to a file that is replaced whenever it met a lock. */
export interface Reconnecting {
  /** Works with the connection, again while another process holds the lock. Rejects with EventLogError. */
  use<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  close(): void;
}

/** Once a prepared statement has met a lock, its connection can't be trusted: see write-transaction.ts. */
export function reconnecting(address: FileAddress, opened: Client): Reconnecting {
  let client = opened;
  return {
    use: async (work) => {
      try {
        return await withBusyTimeout(async () => {
          try {
            return await work(client);
          } catch (error) {
            if (isBusy(error)) {
              const suspect = client;
              client = await openConnection(address);
              suspect.close();
            }
            throw error;
          }
        });
      } catch (error) {
        throw storeError(error, address.url);
      }
    },
    close: () => client.close(),
  };
}
