import type { WatchPlan } from "../../watching/watch-plan.ts";
import type { DatabaseAccess } from "../database-access.ts";
import type { CommittedWatch } from "../log-database.ts";
import type { Statement } from "../write/write-transaction.ts";
import { writeTransaction } from "../write/write-transaction.ts";
import { readLease, readNextDue } from "./read-watched.ts";
import { planBatches } from "./write-plan.ts";

/** Writes a plan, batch by batch. It ends at the first batch that finds another lease. */
export async function commitWatch(
  access: Pick<DatabaseAccess, "read" | "write" | "file">,
  text: string,
): Promise<CommittedWatch> {
  const plan = JSON.parse(text) as WatchPlan; // as planWatch wrote it
  for (const batch of planBatches(plan)) {
    if (await writeBatch(access, batch)) continue;
    const { fence } = await access.read(readLease);
    return { isWritten: false, isHolder: fence === plan.fence, nextAt: null };
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
