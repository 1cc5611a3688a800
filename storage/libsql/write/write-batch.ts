import type { DatabaseAccess } from "../database-access.ts";
import { type Statement, type StatementResult, writeTransaction } from "./write-transaction.ts";

/**
 * Runs statements in one transaction. Where an answer is lost they are sent again: so they must look themselves whether
 * they were carried out.
 */
export function writeBatch(
  { write, file }: Pick<DatabaseAccess, "write" | "file">,
  batch: readonly Statement[],
): Promise<readonly StatementResult[]> {
  const statements = batch.map(({ sql, args = [] }) => ({ sql, args }));
  return write<readonly StatementResult[]>((writer, client) =>
    // On a remote database one request: a process that stops in the middle of a transaction would hold its lock.
    file === undefined
      ? client.batch(statements, "write")
      : writeTransaction(writer, (transaction) => transaction.batch(statements)),
  );
}
