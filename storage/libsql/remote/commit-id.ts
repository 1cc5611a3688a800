import type { Client, InStatement } from "@libsql/client";
import { LibsqlBatchError } from "@libsql/client/http";
import { driverError } from "../failures.ts";

/** In seconds. No request takes longer, so that nobody asks for an older id. */
const keptFor = 3600;

/** The database's clock, in seconds since 1970 UTC. Servers share a database, and need not agree about the time. */
export const databaseClock = "CAST(strftime('%s', 'now') AS INTEGER)";

/** A new id for one transaction on a remote database. Ids sort by time, so that new ones are neighbours in the table. */
export function newCommitId(): string {
  return `${Date.now().toString(36).padStart(9, "0")}-${crypto.randomUUID()}`;
}

/** Deletes ids that nobody will ask for any more. */
export const forgetCommits = `DELETE FROM group_commit WHERE noted_at < ${databaseClock} - ${keptFor}`;

/** The table of noted ids, with the columns that each insertion gives, in this order. */
export const commitColumns = "group_commit (id, plan, last_id, received_at, noted_at)";

/** Notes the id. It fails if the id is noted already. */
export function noteCommit(id: string): InStatement {
  return { sql: insertCommit, args: [id] };
}

const insertCommit = `INSERT INTO ${commitColumns} VALUES (?, 0, 0, 0, ${databaseClock})`;
/** In the place of a plan: the transaction was not committed, and never will be. */
const givenUp = -1;
const insertGivenUp = `
  INSERT INTO ${commitColumns} VALUES (?, ${givenUp}, 0, 0, ${databaseClock}) ON CONFLICT DO NOTHING`;
const selectPlan = "SELECT plan FROM group_commit WHERE id = ?";

/** True if a batch failed because its first statement noted an id that is there already. */
export function isClash(error: unknown): boolean {
  const cause = driverError(error);
  if (cause instanceof LibsqlBatchError && cause.statementIndex !== 0) return false;
  return cause?.code.startsWith("SQLITE_CONSTRAINT") ?? false;
}

/** Whether a transaction that notes the id was committed. If not, it never will be: from then on its id is taken. */
export async function wasCommitted(client: Client, id: string): Promise<boolean> {
  const statements = [
    { sql: insertGivenUp, args: [id] },
    { sql: selectPlan, args: [id] },
  ];
  const [, found] = await client.batch(statements, "write");
  return Number(found?.rows[0]?.plan) !== givenUp;
}
