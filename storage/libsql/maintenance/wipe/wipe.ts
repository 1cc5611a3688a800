import { type AssetWiped, assetWiped, type WipeScope } from "../../../../core/index.ts";
import { encodeEvent, kinds } from "../../write/event-row.ts";
import { insertAssets } from "../../write/insert-statements.ts";
import { jsonArrays } from "../../write/json-arrays.ts";
import { decodeKey, decodeNullable } from "../../write/sortable-text.ts";
import { reduction } from "../../write/summaries.ts";
import { insertRows, readHead } from "../../write/write-group.ts";
import { type Writer, type WriteTransaction, writeTransaction } from "../../write/write-transaction.ts";
import { parseExaminedEvents, selectNewer } from "./examined-event.ts";
import { deleteEvents } from "./purge.ts";
import { type AssetPlan, countsOf, type EventsPlan, extendPlan, selectCounts, type WipePlan } from "./wipe-plan.ts";

/** Why a plan can't be carried out: it is outdated, or too much was reported since. */
export type PlanFailure = "outdated" | "behind";

// The most events after the plan that the transaction examines.
const mostEvents = 1000;
const mostEventsOfAsset = 20_000;

/**
 * Hides what is planned and records the trace, in one transaction that is short however much is hidden. Returns the id
 * of the trace. Undefined if there is nothing to wipe any more.
 */
export async function wipe(
  writer: Writer,
  plan: WipePlan,
  by: string | null,
  now: number,
): Promise<number | PlanFailure | undefined> {
  return writeTransaction(writer, async (transaction) => {
    // Read first: the newest event, which gives the time of receipt, may be one that the wipe deletes.
    const { lastId, receivedAt } = await readHead(transaction);
    const hidden = await (plan.what === "asset" ? hideAsset(transaction, plan) : hideEvents(transaction, plan, lastId));
    if (hidden !== "hidden") return hidden;
    const group = { keyed: false, checks: false, now };
    return insertRows(transaction, group, encodeEvent(traceOf(plan, by)), 1, receivedAt);
  });
}

type Hidden = "hidden" | PlanFailure | undefined;

/** The asset gets a new id, so that reads no longer find its events. */
async function hideAsset(transaction: WriteTransaction, plan: AssetPlan): Promise<Hidden> {
  const { assetId, assetKey, upToId, traces, hasChanges } = plan;
  const { rows } = await transaction.execute({ sql: selectAssetState, args: [assetId, upToId, mostEventsOfAsset + 1] });
  const [state] = rows;
  if (state === undefined) return "outdated";
  if (state.has_events === 0 && !hasChanges) return undefined;
  if (Number(state.newer) > mostEventsOfAsset) return "behind";
  await transaction.batch([
    { sql: "INSERT INTO wiped_asset VALUES (?)", args: [assetId] },
    { sql: "DELETE FROM asset WHERE id = ?", args: [assetId] },
    { sql: insertAsset, args: [assetKey] },
    ...jsonArrays(traces).map((json) => ({ sql: moveTraces, args: [assetId, assetKey, json] })),
    { sql: moveNewerTraces, args: [assetId, assetKey, upToId] },
  ]);
  return "hidden";
}

async function hideEvents(transaction: WriteTransaction, given: EventsPlan, lastId: number): Promise<Hidden> {
  const { assetId, eventId, partition } = given;
  const [states, newer] = await transaction.batch([
    { sql: selectState, args: [assetId] },
    { sql: selectNewer, args: [assetId, given.upToId, mostEvents + 1] },
  ]);
  const state = states?.rows[0];
  if (state === undefined) return "outdated";
  const events = parseExaminedEvents(newer?.rows[0]?.events);
  if (events.length > mostEvents) return "behind";
  const plan = extendPlan(given, events);
  if (plan === undefined || countsOf(state).some((count, kind) => count !== plan.counts[kind])) return "outdated";
  const hiding =
    eventId === null
      ? [{ sql: hidePartition, args: [assetId, partition, lastId] }]
      : deleteEvents(assetId, JSON.stringify([eventId]));
  await transaction.batch([...reduction(assetId, [...plan.summaries.values()]), ...hiding]);
  return "hidden";
}

function traceOf(plan: WipePlan, by: string | null): AssetWiped {
  const assetKey = decodeKey(plan.assetKey);
  if (plan.what === "asset") return assetWiped(assetKey, null, { what: "asset" }, by);
  const partition = decodeNullable(plan.partition);
  const scope: WipeScope = plan.eventId === null ? { what: "partition" } : { what: "event", eventId: plan.eventId };
  return assetWiped(assetKey, partition, scope, by);
}
const selectAssetState = `
  SELECT EXISTS (SELECT 1 FROM summary WHERE asset_id = asset.id) AS has_events,
    (SELECT count(*) FROM (SELECT 1 FROM event WHERE asset_id = asset.id AND event.id > ?2 LIMIT ?3)) AS newer
  FROM asset WHERE asset.id = ?1`;
const insertAsset = insertAssets("VALUES (?)");
const newId = "(SELECT id FROM asset WHERE key = ?2)";
const moveTraces = `
  UPDATE event SET asset_id = ${newId} WHERE asset_id = ?1 AND id IN (SELECT value FROM json_each(?3))`;
const moveNewerTraces = `
  UPDATE event SET asset_id = ${newId} WHERE asset_id = ?1 AND id > ?3 AND kind = ${kinds.ASSET_WIPED}`;

const selectState = `SELECT ${selectCounts("asset.id")} FROM asset WHERE asset.id = ?1`;
// If a partition is wiped again before all of it is deleted, more is hidden, and no less is deleted.
const hidePartition = `
  INSERT INTO wiped_partition (asset_id, partition, up_to_id, deleted_to_id) VALUES (?1, ifnull(?2, x''), ?3, 0)
  ON CONFLICT (asset_id, partition) DO UPDATE SET up_to_id = excluded.up_to_id`;
