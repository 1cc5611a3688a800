import { type AssetKey, assetWiped, type WipeScope } from "../../core/index.ts";
import type { WipeTarget } from "../event-log.ts";
import { encodeEvent, kinds } from "./event-row.ts";
import { decodeKey, decodeText, encodeKey, encodeText } from "./sortable-text.ts";
import { deleteEvents } from "./summaries.ts";
import { insertRows, readHead } from "./write-group.ts";
import { type Statement, type Writer, type WriteTransaction, writeTransaction } from "./write-transaction.ts";

/** Wipes in one transaction; answers the id of the trace, or undefined where there is nothing to wipe. */
export async function wipe(
  writer: Writer,
  target: WipeTarget,
  by: string | null,
  now: number,
): Promise<number | undefined> {
  return writeTransaction(writer, async (transaction) => {
    // Read first: the event that it is the time of may be about to go.
    const { receivedAt } = await readHead(transaction);
    const wiped = await hide(transaction, target);
    if (wiped === undefined) return undefined;
    const trace = assetWiped(wiped.assetKey, wiped.partition, wiped.scope, by);
    return insertRows(transaction, { keyed: false, checks: false, now }, encodeEvent(trace), 1, receivedAt);
  });
}

interface Wiped {
  readonly assetKey: AssetKey;
  readonly partition: string | null;
  readonly scope: WipeScope;
}

function hide(transaction: WriteTransaction, target: WipeTarget): Promise<Wiped | undefined> {
  if ("eventId" in target) return hideEvent(transaction, target.eventId);
  const { assetKey, partition } = target;
  return partition === undefined ? hideAsset(transaction, assetKey) : hidePartition(transaction, assetKey, partition);
}

async function hideEvent(transaction: WriteTransaction, eventId: number): Promise<Wiped | undefined> {
  const [found] = await select(transaction, {
    sql: `SELECT asset.id, asset.key, event.partition FROM event JOIN asset ON asset.id = event.asset_id
      WHERE event.id = ? AND ${isReported}`,
    args: [eventId],
  });
  if (found === undefined) return undefined;
  await deleteEvents(transaction, Number(found.id), [eventId]);
  return {
    assetKey: decodeKey(String(found.key)),
    partition: found.partition === null ? null : decodeText(String(found.partition)),
    scope: { what: "event", eventId },
  };
}

async function hidePartition(
  transaction: WriteTransaction,
  assetKey: AssetKey,
  partition: string | null,
): Promise<Wiped | undefined> {
  const events = await select(transaction, {
    sql: `SELECT event.id, event.asset_id FROM asset JOIN event ON event.asset_id = asset.id
      WHERE asset.key = ? AND event.partition IS ? AND ${isReported}`,
    args: [encodeKey(assetKey), partition === null ? null : encodeText(partition)],
  });
  if (events[0] === undefined) return undefined;
  await deleteEvents(
    transaction,
    Number(events[0].asset_id),
    events.map(({ id }) => Number(id)),
  );
  return { assetKey, partition, scope: { what: "partition" } };
}

/** The asset gets a new id, so that no read finds its events any more; purge.ts deletes them in small steps. */
async function hideAsset(transaction: WriteTransaction, assetKey: AssetKey): Promise<Wiped | undefined> {
  const [found] = await select(transaction, {
    sql: "SELECT id FROM asset WHERE key = ? AND EXISTS (SELECT 1 FROM summary WHERE asset_id = asset.id)",
    args: [encodeKey(assetKey)],
  });
  if (found === undefined) return undefined;
  const id = Number(found.id);
  const key = encodeKey(assetKey);
  await transaction.batch([
    { sql: "INSERT INTO wiped_asset VALUES (?)", args: [id] },
    { sql: "DELETE FROM asset WHERE id = ?", args: [id] },
    { sql: "INSERT INTO asset (key) VALUES (?)", args: [key] },
    {
      sql: "UPDATE event SET asset_id = (SELECT id FROM asset WHERE key = ?) WHERE asset_id = ? AND kind = ?",
      args: [key, id, kinds.ASSET_WIPED],
    },
  ]);
  return { assetKey, partition: null, scope: { what: "asset" } };
}

const isReported = `event.kind <= ${kinds.ASSET_CHECK_EVALUATION}`;

async function select(transaction: WriteTransaction, statement: Statement) {
  return (await transaction.execute(statement)).rows;
}
