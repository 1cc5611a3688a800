import type { InValue, Value } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { lockPatience, withPatience } from "./connection.ts";
import { driverError, isBusy } from "./failures.ts";

export interface Statement {
  readonly sql: string;
  readonly args?: InValue[];
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, Value>>[];
  readonly rowsAffected: number;
}

/** A transaction that holds the write lock. */
export interface WriteTransaction {
  execute(statement: Statement): Promise<StatementResult>;
  /** Runs statements without preparing them. */
  executeMultiple(sql: string): Promise<void>;
  commit(): Promise<void>;
  /** Rolls back what is not committed. */
  close(): void;
}

/** A connection that writes. */
export interface Writer {
  /**
   * Takes the write lock, or fails with SQLITE_BUSY at once. What meets the lock must not be a prepared statement: after
   * that, a connection of @libsql/client 0.18 answers ok to inserts that it never commits (libsql-client-ts#352).
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
    await commit(transaction);
    return result;
  } finally {
    transaction.close();
  }
}

/** What a full disk or a lock refuses was not committed. Of any other failure nobody knows: the disk may have it. */
async function commit(transaction: WriteTransaction): Promise<void> {
  try {
    await transaction.commit();
  } catch (error) {
    if (isBusy(error) || driverError(error)?.code === "SQLITE_FULL") throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new EventLogError(
      "unknown_outcome",
      `The commit failed, and what it wrote may be recorded or not: ${why}. Repeat the call with the same idempotency keys.`,
      { cause: error },
    );
  }
}

async function lockedTransaction(writer: Writer): Promise<WriteTransaction> {
  try {
    return await withPatience(() => writer.begin());
  } catch (error) {
    if (!isBusy(error)) throw error;
    const seconds = lockPatience / 1000;
    throw new EventLogError(
      "unavailable",
      `Another process has held the database's write lock for ${seconds} seconds.`,
    );
  }
}
