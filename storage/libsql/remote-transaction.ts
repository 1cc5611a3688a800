import type { Client, Transaction } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { newCommitId, noteCommit, wasCommitted } from "./commit-id.ts";
import { remoteFailure } from "./remote-failure.ts";
import { withRemotePatience } from "./remote-patience.ts";

/** How long it is asked whether a transaction was committed, in milliseconds. */
const patience = 10_000;

/**
 * Runs `work` while it holds the write lock of a remote database, and commits: each statement is a request. When the
 * answer to the commit is lost, the id that the transaction noted tells what became of it.
 */
export async function remoteTransaction<Result>(
  client: Client,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const id = newCommitId();
  const transaction = await client.transaction("write");
  try {
    await transaction.execute(noteCommit(id));
    const result = await work(transaction);
    await transaction.commit().catch((error) => verify(client, id, error));
    return result;
  } finally {
    transaction.close();
  }
}

async function verify(client: Client, id: string, failure: unknown): Promise<void> {
  if (!remoteFailure(failure).isUnknown) throw failure;
  let isCommitted: boolean;
  try {
    isCommitted = await withRemotePatience(() => wasCommitted(client, id), patience);
  } catch (error) {
    throw new EventLogError(
      "unknown_outcome",
      "The answer to the commit was lost, and what it wrote may be recorded or not. Look, or repeat the call.",
      { cause: error },
    );
  }
  if (!isCommitted) throw failure;
}
