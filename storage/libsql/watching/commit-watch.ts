import { nextTurn } from "../../next-turn.ts";
import type { DatabaseAccess } from "../database-access.ts";
import type { CommittedWatch } from "../log-database.ts";
import { writeBatch } from "../write/write-batch.ts";
import { readLease, readNextDue } from "./read-watched.ts";
import type { WrittenPlan } from "./write-plan.ts";

/** Writes a plan batch by batch, with reports in between. Stops at the first batch that finds another lease. */
export async function commitWatch(
  access: Pick<DatabaseAccess, "read" | "write" | "file">,
  { fence, batches }: WrittenPlan,
): Promise<CommittedWatch> {
  for (const [i, batch] of batches.entries()) {
    if (i > 0) await nextTurn();
    // The last statement counts the beat, if it finds the lease of the plan.
    if ((await writeBatch(access, batch)).at(-1)?.rowsAffected === 1) continue;
    const lease = await access.read(readLease);
    return { isWritten: false, isHolder: lease.fence === fence, nextAt: null };
  }
  return { isWritten: true, isHolder: true, nextAt: await access.read(readNextDue) };
}
