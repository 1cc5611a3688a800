import type { Client, InStatement } from "@libsql/client";
import { LibsqlBatchError } from "@libsql/client/http";
import { driverError } from "../failures.ts";

/** In seconds. No request is under way for longer, nor is anybody left who would ask. */
const keptFor = 3600;

/** The database's clock, in seconds since 1970 UTC. Servers share a database, and need not agree about the time. */
export const databaseClock = "CAST(strftime('%s', 'now') AS INTEGER)";

/** A new id for one transaction on a remote database. Ids sort by time, so that new ones lie side by side. */
export function newCommitId(): string {
  return `${Date.now().toString(36).padStart(9, "0")}-${crypto.randomUUID()}`;
}

/** Forgets ids that nobody will ask for any more. */
export const forgetCommits = `DELETE FROM group_commit WHERE noted_at < ${databaseClock} - ${keptFor}`;

/** Notes the id: it fails where that is noted already. */
export function noteCommit(id: string): InStatement {
  return { sql: `${insert} VALUES (?, 0, 0, 0, ${databaseClock})`, args: [id] };
}

const insert = "INSERT INTO group_commit (id, plan, last_id, received_at, noted_at)";
/** In the place of a plan: the transaction was not committed, and never will be. */
const givenUp = -1;

/** True where a batch failed because its first statement noted an id that is there. */
export function isClash(error: unknown): boolean {
  const cause = driverError(error);
  if (cause instanceof LibsqlBatchError && cause.statementIndex !== 0) return false;
  return cause?.code.startsWith("SQLITE_CONSTRAINT") ?? false;
}

/**
 * Whether a transaction that notes the id was committed. Where it was not it never will be: its id is taken then.
 */
export async function wasCommitted(client: Client, id: string): Promise<boolean> {
  const take = { sql: `${insert} VALUES (?, ${givenUp}, 0, 0, ${databaseClock}) ON CONFLICT DO NOTHING`, args: [id] };
  const look = { sql: "SELECT plan FROM group_commit WHERE id = ?", args: [id] };
  const [, found] = await client.batch([take, look], "write");
  return Number(found?.rows[0]?.plan) !== givenUp;
}
