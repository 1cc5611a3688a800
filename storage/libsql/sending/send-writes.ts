import type { SendHolder, SendRequest } from "../../sending/send-store.ts";
import type { DatabaseAccess } from "../database-access.ts";
import { encodeNullable, encodeText } from "../write/sortable-text.ts";
import { writeBatch } from "../write/write-batch.ts";
import { type Statement, type Writer, writeTransaction } from "../write/write-transaction.ts";
import type { HeldLease } from "./commit-statements.ts";

// The lease of sending, requests, and what commit-statements.ts made.

/** The new fence, or undefined if the lease changed since it was read. */
export async function takeSendLease(
  writer: Writer,
  { holder, fileHash }: SendHolder,
  { fence, beat }: HeldLease,
): Promise<number | undefined> {
  const taken = await change(writer, {
    sql: take,
    args: [encodeText(holder), encodeText(fileHash), fence, beat],
  });
  return taken === 1 ? fence + 1 : undefined;
}

export async function releaseSendLease(writer: Writer, fence: number): Promise<void> {
  await change(writer, { sql: release, args: [fence] });
}

export async function addRequest(writer: Writer, request: Omit<SendRequest, "id">): Promise<void> {
  const { action, destination, argument, option } = request;
  await change(writer, { sql: addOne, args: [action, encodeText(destination), argument, encodeNullable(option)] });
}

/** What a batch did, and the lease after it. */
export interface WrittenBatch extends HeldLease {
  /** How many rows the first statement changed. */
  readonly changed: number;
  readonly isHeld: boolean;
  /** The id of the last commit. */
  readonly commitId: string | null;
}

export async function writeSending(
  access: Pick<DatabaseAccess, "write" | "file">,
  batch: readonly Statement[],
): Promise<WrittenBatch> {
  const results = await writeBatch(access, batch);
  const row = results.at(-1)?.rows[0];
  return {
    changed: results[0]?.rowsAffected ?? 0,
    isHeld: row?.holder != null,
    fence: Number(row?.fence),
    beat: Number(row?.beat),
    commitId: row?.commit_id == null ? null : String(row.commit_id),
  };
}

async function change(writer: Writer, statement: Statement): Promise<number> {
  return writeTransaction(writer, async (transaction) => (await transaction.execute(statement)).rowsAffected);
}

const take = `
  UPDATE sender SET holder = ?1, file_hash = ?2, fence = fence + 1, beat = beat + 1 WHERE fence = ?3 AND beat = ?4`;
const release = `
  UPDATE sender SET holder = NULL, file_hash = NULL, beat = beat + 1 WHERE fence = ?1 AND holder IS NOT NULL`;
const addOne = "INSERT INTO send_request (action, destination, argument, option) VALUES (?1, ?2, ?3, ?4)";
