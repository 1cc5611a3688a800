import type { Client } from "@libsql/client";
import { withBusyTimeout } from "../busy-timeout.ts";
import { type FileAddress, openConnection } from "../connection.ts";
import { isBusy } from "../failures.ts";
import { storeError } from "../store-error.ts";

/** A connection to a file. It is replaced each time that it meets a lock. */
interface Reconnecting {
  /**
   * Works with the connection, and repeats the work while another process holds the lock. Rejects with EventLogError.
   */
  use<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  close(): void;
}

/** A connection can't be trusted after a prepared statement of it met a lock: see write-transaction.ts. */
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
