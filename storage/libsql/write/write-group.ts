import type { InValue } from "@libsql/client";
import type { UnitResult } from "../../event-log.ts";
import { defaultTimestamp, receiptTime } from "../../recording/receipt-time.ts";
import { isStoreFailure } from "../failures.ts";
import { detailsInSql, pairsFor, sharedArgs } from "./details-references.ts";
import { type Group, type GroupResult, joinRows, type SharedDetails, splitRows, unitResults } from "./group.ts";
import {
  column,
  insertAssets,
  insertKeys,
  insertReported,
  lastEventId,
  lastReceivedAt,
  reporterArgs,
  reporterOfRow,
} from "./insert-statements.ts";
import { planUnits } from "./plan-units.ts";
import { addToSummaries } from "./summaries.ts";
import { type Writer, type WriteTransaction, writeTransaction } from "./write-transaction.ts";

/** Writes a group and its summaries in one transaction. When it resolves, the group is durable. */
export async function writeGroup(writer: Writer, group: Group): Promise<GroupResult> {
  try {
    return await writeTransaction(writer, (transaction) => writeUnits(transaction, group));
  } catch (error) {
    if (isStoreFailure(error)) throw error;
    return { units: await writeTransaction(writer, (transaction) => writeUnitsAlone(transaction, group)) };
  }
}

async function writeUnits(transaction: WriteTransaction, group: Group): Promise<GroupResult> {
  if (!group.keyed) {
    const events = group.sizes.reduce((sum, size) => sum + size, 0);
    return { firstId: await insertRows(transaction, group, group.rows, events) };
  }
  const plan = await planUnits(transaction, splitRows(group.rows), group.sizes);
  return { units: plan.results(await insertRows(transaction, group, joinRows(plan.rows), plan.rows.length)) };
}

/** Each unit has a savepoint of its own: the data of one must not refuse the others. */
async function writeUnitsAlone(transaction: WriteTransaction, group: Group): Promise<readonly UnitResult[]> {
  const results: UnitResult[] = [];
  const rows = splitRows(group.rows);
  let start = 0;
  for (const size of group.sizes) {
    const unit = { ...group, rows: joinRows(rows.slice(start, start + size)), sizes: [size] };
    start += size;
    await transaction.executeMultiple("SAVEPOINT unit;");
    try {
      for (const result of unitResults(await writeUnits(transaction, unit), unit.sizes)) results.push(result);
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      await transaction.executeMultiple("ROLLBACK TO unit;");
      results.push({ status: "failed", message: error instanceof Error ? error.message : String(error) });
    }
    await transaction.executeMultiple("RELEASE unit;");
  }
  return results;
}

/**
 * Inserts `count` joined events and updates the summaries. Returns the id of the first event; the others follow it. The
 * events are received no earlier than `notBefore`, and no earlier than the newest event.
 */
export async function insertRows(
  transaction: WriteTransaction,
  group: Pick<Group, "keyed" | "checks" | "now" | "shared" | "reportedBy">,
  rows: string,
  count: number,
  notBefore = 0,
): Promise<number> {
  const { lastId, receivedAt: last } = await readHead(transaction);
  const receivedAt = receiptTime(group.now, Math.max(last, notBefore));
  const timestamp = defaultTimestamp(group.now, receivedAt);
  const insert = insertionOf(group.shared);
  const reporter = reporterArgs(group);
  let firstId = lastId + 1;
  for (const chunk of chunksOf(rows, count)) {
    const json = `[${chunk.rows}]`;
    const events = { sql: insert.sql, args: [json, firstId, receivedAt, timestamp, ...reporter, ...insert.args] };
    // Most assets are known. If fewer events were inserted than the chunk has, an asset is new: this check costs
    // nothing.
    if ((await transaction.execute(events)).rowsAffected < chunk.count) {
      await transaction.execute({ sql: "DELETE FROM event WHERE id >= ?", args: [firstId] });
      await transaction.execute({ sql: insertAssetsOfRows, args: [json] });
      await transaction.execute(events);
    }
    if (group.keyed) await transaction.execute({ sql: insertKeysOfRows, args: [json, firstId, receivedAt] });
    firstId += chunk.count;
  }
  await addToSummaries(transaction, lastId, group.checks);
  return lastId + 1;
}

/** The newest id that was ever given, and the time of receipt of the newest event. */
export async function readHead(
  transaction: WriteTransaction,
): Promise<{ readonly lastId: number; readonly receivedAt: number }> {
  const head = (await transaction.execute({ sql: selectHead })).rows[0];
  return { lastId: Number(head?.last_id), receivedAt: Number(head?.received_at) };
}

// The driver never frees the memory of a statement that inserts more than this.
const rowsPerStatement = 1000;
/** SQLite holds a statement's rows several times while it inserts them. */
const bytesPerStatement = 4 << 20;

interface Chunk {
  readonly rows: string;
  readonly count: number;
}

function* chunksOf(rows: string, count: number): Generator<Chunk> {
  if (count === 0) return;
  if (count <= rowsPerStatement && rows.length <= bytesPerStatement) {
    yield { rows, count };
    return;
  }
  let chunk: string[] = [];
  let bytes = 0;
  for (const row of splitRows(rows)) {
    if (chunk.length === rowsPerStatement || (chunk.length > 0 && bytes + row.length > bytesPerStatement)) {
      yield { rows: joinRows(chunk), count: chunk.length };
      [chunk, bytes] = [[], 0];
    }
    chunk.push(row);
    bytes += row.length;
  }
  yield { rows: joinRows(chunk), count: chunk.length };
}

const selectHead = `SELECT ${lastEventId} AS last_id, ${lastReceivedAt} AS received_at`;

const insertAssetsOfRows = insertAssets(`SELECT DISTINCT ${column("key")} FROM json_each(?1) AS row WHERE true`);

const insertEventsWith = (details: string) =>
  insertReported({
    // LIMIT keeps SQLite from replacing the subquery with json_each: each field would then write the row's whole text
    // anew, which is a third of the time of an insert.
    from: "(SELECT key, value FROM json_each(?1) LIMIT -1) AS row",
    id: "?2 + row.key",
    receivedAt: "?3",
    defaultTimestamp: "?4",
    details,
    reportedBy: reporterOfRow("?5", "?6"),
  });
const insertPlainEvents = insertEventsWith(column("details"));

/** The statement that inserts events with these shared details, and its arguments behind the common ones. */
function insertionOf(shared: SharedDetails | undefined): { readonly sql: string; readonly args: InValue[] } {
  if (shared === undefined) return { sql: insertPlainEvents, args: [] };
  const pairs = pairsFor(shared);
  return {
    sql: insertEventsWith(detailsInSql(`(${column("details")})`, 7, pairs)),
    args: [...sharedArgs(shared, pairs)],
  };
}

const insertKeysOfRows = insertKeys(`
  SELECT asset.id, ${column("kind")}, ${column("idempotencyKey")}, ?2 + row.key, ${column("fingerprint")}, ?3
  FROM json_each(?1) AS row CROSS JOIN asset ON asset.key = ${column("key")}
  WHERE ${column("idempotencyKey")} IS NOT NULL`);
