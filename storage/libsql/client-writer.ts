import type { Client } from "@libsql/client";
import type { Writer } from "./write-transaction.ts";

/** Writes through the client, statement by statement: for a remote database. */
export function clientWriter(client: Client): Writer {
  return {
    begin: async () => {
      const transaction = await client.transaction("deferred");
      try {
        await transaction.executeMultiple("DELETE FROM write_lock WHERE 0;");
        return transaction;
      } catch (error) {
        transaction.close();
        throw error;
      }
    },
  };
}
