import { nextTurn } from "../../next-turn.ts";
import type { DatabaseAccess } from "../database-access.ts";
import type { CommittedWatch } from "../log-database.ts";
import { type Statement, writeTransaction } from "../write/write-transaction.ts";
import { readLease, readNextDue } from "./read-watched.ts";
import type { WrittenPlan } from "./write-plan.ts";

/** Writes a plan batch by batch, with reports in between. Stops at the first batch that finds another lease. */
export async function commitWatch(
  access: Pick<DatabaseAccess, "read" | "write" | "file">,
  { fence, batches }: WrittenPlan,
): Promise<CommittedWatch> {
  for (const [i, batch] of batches.entries()) {
    if (i > 0) await nextTurn();
    if (await writeBatch(access, batch)) continue;
    const lease = await access.read(readLease);
    return { isWritten: false, isHolder: lease.fence === fence, nextAt: null };
  }
  return { isWritten: true, isHolder: true, nextAt: await access.read(readNextDue) };
}

/** Returns whether the last statement, which counts the beat, found the lease of the plan. */
async function writeBatch(
  { write, file }: Pick<DatabaseAccess, "write" | "file">,
  batch: readonly Statement[],
): Promise<boolean> {
  const statements = batch.map(({ sql, args = [] }) => ({ sql, args }));
  const results = await write((writer, client) =>
    // On a remote database one request: a process that stops in the middle of a transaction would hold its lock.
    file === undefined
      ? client.batch(statements, "write")
      : writeTransaction(writer, (transaction) => transaction.batch(statements)),
  );
  return results.at(-1)?.rowsAffected === 1;
}
