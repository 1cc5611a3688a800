import type { Client, InStatement } from "@libsql/client";
import { LibsqlBatchError } from "@libsql/client/http";
import { driverError } from "./failures.ts";

/** In milliseconds. No request is under way for longer, nor is anybody left who would ask. */
const keptFor = 3_600_000;

/** A new id for one transaction on a remote database. Ids sort by time. */
export function newCommitId(): string {
  return `${timeOf(Date.now())}-${crypto.randomUUID()}`;
}

function timeOf(milliseconds: number): string {
  return milliseconds.toString(36).padStart(9, "0");
}

/** Forgets ids that nobody will ask for any more. */
export function forgetCommits(): InStatement {
  return { sql: "DELETE FROM group_commit WHERE id < ?", args: [timeOf(Date.now() - keptFor)] };
}

/** Notes the id: it fails where that is noted already. */
export function noteCommit(id: string): InStatement {
  return { sql: `${insert} VALUES (?, 0, 0, 0)`, args: [id] };
}

const insert = "INSERT INTO group_commit (id, plan, last_id, received_at)";
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
  const take = { sql: `${insert} VALUES (?, ${givenUp}, 0, 0) ON CONFLICT DO NOTHING`, args: [id] };
  const look = { sql: "SELECT plan FROM group_commit WHERE id = ?", args: [id] };
  const [, found] = await client.batch([take, look], "write");
  return Number(found?.rows[0]?.plan) !== givenUp;
}
