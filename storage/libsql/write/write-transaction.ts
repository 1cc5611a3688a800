import type { InValue, Value } from "@libsql/client";
import { EventLogError } from "../../event-log-error.ts";
import { busyTimeout, withBusyTimeout } from "../busy-timeout.ts";
import { isBusy } from "../failures.ts";

export interface Statement {
  readonly sql: string;
  readonly args?: InValue[];
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, Value>>[];
  readonly rowsAffected: number;
}

/** Changes nothing, but is committed like any write. */
export const writeNothing = "UPDATE log SET log_id = log_id";

/** A transaction that holds the write lock. */
export interface WriteTransaction {
  execute(statement: Statement): Promise<StatementResult>;
  /** Runs one statement or more, in order. On a remote database they are one request. */
  batch(statements: Statement[]): Promise<readonly StatementResult[]>;
  /** Runs statements without preparing them. */
  executeMultiple(sql: string): Promise<void>;
  /** EventLogError `unknown_outcome` if it is not known whether it was committed. */
  commit(): Promise<void>;
  /** Rolls back what is not committed. */
  close(): void;
}

/** A connection that writes. */
export interface Writer {
  /**
   * Takes the write lock, or fails with SQLITE_BUSY at once. A statement that may meet the lock must not be prepared:
   * after one that did, a connection of @libsql/client 0.18 answers ok to inserts that it never commits
   * (libsql-client-ts#352).
   */
  begin(): Promise<WriteTransaction>;
}

/** Runs `work` while the writer holds the write lock, and commits. */
export async function writeTransaction<Result>(
  writer: Writer,
  work: (transaction: WriteTransaction) => Promise<Result>,
): Promise<Result> {
  const transaction = await lockedTransaction(writer);
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } finally {
    transaction.close();
  }
}

async function lockedTransaction(writer: Writer): Promise<WriteTransaction> {
  try {
    return await withBusyTimeout(() => writer.begin());
  } catch (error) {
    if (!isBusy(error)) throw error;
    const seconds = busyTimeout / 1000;
    throw new EventLogError(
      "unavailable",
      `Another process has held the database's write lock for ${seconds} seconds.`,
    );
  }
}
