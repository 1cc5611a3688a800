import type { Client } from "@libsql/client";
import { EventLogError } from "../../event-log-error.ts";
import type { Writer } from "../write/write-transaction.ts";
import { newCommitId, noteCommit, wasCommitted } from "./commit-id.ts";
import { remoteFailure } from "./remote-failure.ts";
import { withRetries } from "./retry-policy.ts";

/** How long to ask whether a transaction was committed, in milliseconds. */
const timeout = 10_000;

/**
 * Writes to a remote database, in transactions whose every statement is a request. If the answer to the commit is lost,
 * the id that the transaction noted shows whether it was committed.
 */
export function remoteWriter(client: Client): Writer {
  return {
    begin: async () => {
      const id = newCommitId();
      const transaction = await client.transaction("write");
      const close = () => transaction.close();
      try {
        await transaction.execute(noteCommit(id));
      } catch (error) {
        close();
        throw error;
      }
      return {
        execute: (statement) => transaction.execute(statement),
        batch: (statements) => transaction.batch(statements),
        executeMultiple: (sql) => transaction.executeMultiple(sql),
        commit: () => transaction.commit().catch((error) => verify(client, id, error)),
        close,
      };
    },
  };
}

async function verify(client: Client, id: string, failure: unknown): Promise<void> {
  if (!remoteFailure(failure).isUnknown) throw failure;
  let isCommitted: boolean;
  try {
    isCommitted = await withRetries(() => wasCommitted(client, id), timeout);
  } catch (error) {
    throw new EventLogError(
      "unknown_outcome",
      "The answer to the commit was lost, and what it wrote may be recorded or not. Look, or repeat the call.",
      { cause: error },
    );
  }
  if (!isCommitted) throw failure;
}
