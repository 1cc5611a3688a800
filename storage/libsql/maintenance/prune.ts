import type { Client, InValue } from "@libsql/client";
import type { RecordedEventType } from "../../../core/index.ts";
import type { Expiry } from "../../maintenance.ts";
import { countFitting } from "../file/page-size.ts";
import { kinds } from "../write/event-row.ts";
import { isLatest, subtraction } from "../write/summaries.ts";
import { isVisible } from "../write/wiped-partition.ts";
import { type Writer, type WriteTransaction, writeTransaction } from "../write/write-transaction.ts";

/** The most rows that one step looks at or deletes, and no more events than a page has room for: reports wait for it. */
const rowsPerStep = 250;

/** What a look at some events found. */
export interface Expired {
  readonly ids: readonly number[];
  /** The id of the last event examined; undefined where no later one can have expired. */
  readonly last: number | undefined;
}

/** Looks for expired events among those after the id `from`. */
export async function findExpired(
  client: Client,
  expiry: NonNullable<Expiry["events"]>,
  from: number,
): Promise<Expired> {
  const times = types.map((type) => expiry[type] ?? never);
  const { rows } = await client.execute({ sql: selectExpired, args: [from, ...times] });
  const fitting = rows.slice(
    0,
    countFitting(rows.map(({ expired, size }) => ({ size: Number(expired) * Number(size) }))),
  );
  const last = fitting.at(-1);
  // received_at never decreases with id.
  const isEnd = rows.length < rowsPerStep || Number(last?.received_at) >= Math.max(...times);
  const ids = fitting.filter(({ expired }) => expired === 1).map(({ id }) => Number(id));
  return { ids, last: isEnd && fitting.length === rows.length ? undefined : Number(last?.id) };
}

/** Deletes those of the events that are no latest, now; answers how many. */
export async function pruneEvents(writer: Writer, given: readonly number[]): Promise<number> {
  return writeTransaction(writer, async (transaction) => {
    const ids = await select(transaction, selectPrunable, [JSON.stringify(given)]);
    const args = [JSON.stringify(ids)];
    const statements = [subtraction(ids), { sql: notePruned, args }, { sql: deletePruned, args }];
    return (await transaction.batch(statements)).at(-1)?.rowsAffected ?? 0;
  });
}

/** Deletes some of the idempotency keys that were first sent before; answers whether there were any. */
export async function forgetKeys(client: Client, writer: Writer, before: number): Promise<boolean> {
  const { rows } = await client.execute({ sql: selectOldKeys, args: [before] });
  if (rows.length === 0) return false;
  await writeTransaction(writer, (transaction) => transaction.execute({ sql: deleteOldKeys, args: [before] }));
  return true;
}

/** The greatest id that was pruned, of one type or of any; 0 where there is none. */
export async function readPrunedId(client: Client, type: RecordedEventType | undefined): Promise<number> {
  const sql = "SELECT coalesce(max(event_id), 0) AS id FROM pruned WHERE ?1 IS NULL OR kind = ?1";
  const { rows } = await client.execute({ sql, args: [type === undefined ? null : kinds[type]] });
  return Number(rows[0]?.id);
}

/** Keeps the time by which is deleted from now on. */
export async function notePrune(writer: Writer, clock: number): Promise<void> {
  const statements = [{ sql: "DELETE FROM retention" }, { sql: "INSERT INTO retention VALUES (?)", args: [clock] }];
  await writeTransaction(writer, (transaction) => transaction.batch(statements));
}

/** The time that `notePrune` kept last. */
export async function readPrunedAt(client: Client): Promise<number | undefined> {
  const { rows } = await client.execute("SELECT clock FROM retention");
  return rows[0] === undefined ? undefined : Number(rows[0].clock);
}

async function select(transaction: WriteTransaction, sql: string, args: InValue[]): Promise<readonly number[]> {
  return (await transaction.execute({ sql, args })).rows.map(({ id }) => Number(id));
}

const types = Object.keys(kinds) as readonly RecordedEventType[]; // its keys and no others
/** Before the first time that a Date has. */
const never = -9e15;

// What wipes have hidden is nobody's, and goes by itself.
const isHidden = `NOT EXISTS (SELECT 1 FROM asset WHERE asset.id = event.asset_id) OR NOT ${isVisible("event")}`;
const isKept = `(${isLatest}) IS TRUE OR ${isHidden}`;

const times = types.map((type, i) => `WHEN ${kinds[type]} THEN ?${i + 2}`);

// The newest event stays, as the one that ids and times of receipt go on from.
const selectExpired = `
  SELECT id, received_at, octet_length(details) AS size, (
    received_at < CASE kind ${times.join(" ")} END AND id < (SELECT max(id) FROM event) AND NOT (${isKept})
  ) AS expired FROM event WHERE id > ?1 ORDER BY id LIMIT ${rowsPerStep}`;

const selectPrunable = `
  SELECT id FROM event WHERE id IN (SELECT value FROM json_each(?1)) AND NOT (${isKept})`;

const notePruned = `
  INSERT INTO pruned (kind, event_id)
  SELECT kind, max(id) FROM event WHERE id IN (SELECT value FROM json_each(?1)) GROUP BY kind
  ON CONFLICT (kind) DO UPDATE SET event_id = max(event_id, excluded.event_id)`;

const deletePruned = "DELETE FROM event WHERE id IN (SELECT value FROM json_each(?1))";

const selectOldKeys = "SELECT 1 FROM idempotency WHERE received_at < ?1 LIMIT 1";
// Not all keys of one time, which after a clock went back may be those of days. The signs take the columns' types away:
// SQLite compares only untyped values along the whole index.
const deleteOldKeys = `
  DELETE FROM idempotency WHERE (received_at, asset_id, kind, key) <= (
    SELECT +received_at, +asset_id, +kind, +key FROM (
      SELECT received_at, asset_id, kind, key FROM idempotency WHERE received_at < ?1
      ORDER BY received_at, asset_id, kind, key LIMIT ${rowsPerStep}
    ) ORDER BY received_at DESC, asset_id DESC, kind DESC, key DESC LIMIT 1
  )`;
