import type { InValue, Row } from "@libsql/client";
import type { WipeTarget } from "../../../event-log.ts";
import { eventsPerStep, walkEvents, walkStatement } from "../../read/events/walk-events.ts";
import type { ReadSteps } from "../../read/read-steps.ts";
import { fitPage } from "../../read/read-steps.ts";
import { kinds } from "../../write/event-row.ts";
import { lastEventId } from "../../write/insert-statements.ts";
import { jsonArrays } from "../../write/json-arrays.ts";
import { encodeKey, encodeNullable } from "../../write/sortable-text.ts";
import { type SummaryKey, scopes, summariesOf } from "../../write/summaries.ts";
import { isReported, isVisible } from "../../write/wiped-partition.ts";
import { type EventPosition, examinedEvents, isLater, parseExaminedEvents, selectNewer } from "./examined-event.ts";
import { findLatest } from "./find-latest.ts";
import { type AssetPlan, countsOf, type EventsPlan, extendPlan, selectCounts, type WipePlan } from "./wipe-plan.ts";

/** The length of the summaries' keys that one read asks for. */
const charactersPerRead = 100_000;
/** At most so many events are left for the transaction to examine. */
const fewEvents = 200;

/**
 * Looks up what a wipe is to change. Undefined if there is nothing to wipe. Other reads come between the steps, and so
 * do reports, prunes and other wipes. Their effects are noticed here, as "outdated", or by the transaction.
 */
export async function planWipe(steps: ReadSteps, target: WipeTarget): Promise<WipePlan | "outdated" | undefined> {
  if ("eventId" in target) return planEvent(steps, target.eventId);
  const { partition } = target;
  const assetKey = encodeKey(target.assetKey);
  if (partition === undefined) return planAsset(steps, assetKey);
  return planPartition(steps, assetKey, encodeNullable(partition));
}

/** The plan with the events that were reported since. */
export async function continuePlan(steps: ReadSteps, plan: WipePlan): Promise<WipePlan | "outdated"> {
  if (plan.what !== "asset") return continueEventsPlan(steps, plan);
  const [row] = await select(steps, selectLastId, []);
  return withTraces(steps, plan, Number(row?.last_id));
}

async function planAsset(steps: ReadSteps, assetKey: string): Promise<AssetPlan | undefined> {
  const [row] = await select(steps, selectAsset, [assetKey]);
  if (row === undefined) return undefined;
  const { assetId, upToId } = startOf(row);
  return withTraces(steps, { what: "asset", assetId, assetKey, upToId: 0, traces: [], hasChanges: false }, upToId);
}

async function withTraces(steps: ReadSteps, plan: AssetPlan, upToId: number): Promise<AssetPlan> {
  const traces = [...plan.traces];
  let { hasChanges } = plan;
  const range = { assetId: plan.assetId, afterId: plan.upToId, upToId };
  await walkEvents(steps, selectTraces, range, noArgs, (json) => {
    const found = JSON.parse(String(json)) as readonly [traces: readonly number[], changes: number]; // as selectTraces writes them
    for (const id of found[0]) traces.push(id);
    hasChanges ||= found[1] > 0;
  });
  return { ...plan, upToId, traces, hasChanges };
}

async function planEvent(steps: ReadSteps, eventId: number) {
  const [row] = await select(steps, selectEvent, [eventId]);
  const [event] = row === undefined ? [] : parseExaminedEvents(row.events);
  if (row === undefined || event === undefined) return undefined;
  const losses = summariesOf(event).map((key) => ({ key, lost: 1 }));
  return planEvents(steps, { what: "event", eventId, partition: event.partition, ...startOf(row) }, losses);
}

async function planPartition(steps: ReadSteps, assetKey: string, partition: string | null) {
  const [row] = await select(steps, selectAsset, [assetKey]);
  if (row === undefined) return undefined;
  const start = startOf(row);
  const losses = new Map<string, Loss>();
  await walkEvents(
    steps,
    selectLosses,
    { ...start, afterId: 0 },
    () => [partition],
    (json) => {
      const groups = JSON.parse(String(json)) as readonly LossRow[]; // as selectLosses writes them
      for (const [kind, versioned, checkName, events] of groups) {
        for (const key of summariesOf({ kind, versioned, checkName, partition })) {
          const name = JSON.stringify(key);
          losses.set(name, { key, lost: (losses.get(name)?.lost ?? 0) + events });
        }
      }
    },
  );
  const plan = await planEvents(steps, { what: "partition", eventId: null, partition, ...start }, [...losses.values()]);
  // Checked last: events that were there at the start may have been pruned after newer ones came.
  return plan !== "outdated" && plan.summaries.size === 0 ? undefined : plan;
}

interface Loss {
  readonly key: SummaryKey;
  readonly lost: number;
}

type LossRow = readonly [kind: number, versioned: number | null, checkName: string | null, events: number];

async function planEvents(steps: ReadSteps, begun: Omit<EventsPlan, "summaries">, losses: readonly Loss[]) {
  const { latest, newer } = await latestLeft(steps, begun, losses);
  const summaries = losses.map(({ key, lost }) => {
    const name = JSON.stringify(key);
    return [name, { key, lost, latest: latest.get(name) ?? null }] as const;
  });
  const plan = await continueEventsPlan(steps, { ...begun, summaries: new Map(summaries) });
  if (plan === "outdated") return plan;
  for (const [name, position] of newer) {
    const found = plan.summaries.get(name)?.latest ?? null;
    if (found === null || isLater(position, found)) return "outdated";
  }
  return plan;
}

/**
 * The latest event that stays of each summary, up to `upToId`. It is searched for only if the latest of all is wiped.
 * `newer` holds those that were reported since: they must be among the next events, or another deletion took one.
 */
async function latestLeft(steps: ReadSteps, plan: Omit<EventsPlan, "summaries">, losses: readonly Loss[]) {
  const { assetId, eventId, partition, upToId } = plan;
  const isOfPartition = ({ key: [scope] }: Loss) => scope === scopes.partition || scope === scopes.checkPartition;
  // A wiped partition's own summaries lose all their events.
  const asked = eventId === null ? losses.filter((loss) => !isOfPartition(loss)) : losses;
  const known = new Map<string, EventPosition>();
  const newer = new Map<string, EventPosition>();
  const searched: SummaryKey[] = [];
  for (const json of jsonArrays(
    asked.map(({ key }, index) => [...key, index]),
    charactersPerRead,
  )) {
    const sql = eventId === null ? selectLatestOfPartition : selectLatestOfEvent;
    for (const row of await select(steps, sql, [assetId, json, eventId ?? partition])) {
      const { key, lost } = asked[Number(row.position)] as Loss; // as it was asked
      const position = { id: Number(row.id), timestamp: Number(row.timestamp) };
      if (row.goes === 0) (position.id > upToId ? newer : known).set(JSON.stringify(key), position);
      else if (Number(row.events) > lost) searched.push(key);
    }
  }
  const latest = new Map([...known, ...(await findLatest(steps, plan, searched))]);
  return { latest, newer };
}

async function continueEventsPlan(steps: ReadSteps, given: EventsPlan): Promise<EventsPlan | "outdated"> {
  for (let plan = given; ; ) {
    const { assetId, upToId } = plan;
    const rows = await fitPage(eventsPerStep * steps.scale, (limit) =>
      select(steps, selectNewer, [assetId, upToId, limit]),
    );
    const events = parseExaminedEvents(rows[0]?.events);
    const extended = extendPlan(plan, events);
    if (extended === undefined) return "outdated";
    if (events.length <= fewEvents) return extended;
    plan = extended;
  }
}

async function select(steps: ReadSteps, sql: string, args: InValue[]): Promise<readonly Row[]> {
  return (await steps.step((client) => client.execute({ sql, args }))).rows;
}

function startOf(row: Row) {
  return {
    assetId: Number(row.asset_id),
    assetKey: String(row.asset_key),
    upToId: Number(row.last_id),
    counts: countsOf(row),
  };
}

const noArgs = () => [];

const lastId = `${lastEventId} AS last_id`;
const selectLastId = `SELECT ${lastId}`;
// A plan starts from the state of one moment, so it is read by one statement.
const start = `asset.id AS asset_id, asset.key AS asset_key, ${lastId}, ${selectCounts("asset.id")}`;
const selectAsset = `SELECT ${start} FROM asset WHERE asset.key = ?1`;
const selectEvent = `
  SELECT ${start}, (SELECT ${examinedEvents} FROM event WHERE event.id = ?1) AS events
  FROM event CROSS JOIN asset ON asset.id = event.asset_id
  WHERE event.id = ?1 AND ${isReported("event")} AND ${isVisible("event")}`;

const selectTraces = walkStatement(
  (examined) => `
    SELECT json_array(
      json_group_array(id) FILTER (WHERE kind = ${kinds.ASSET_WIPED}),
      count(*) FILTER (WHERE kind = ${kinds.FRESHNESS_STATE_CHANGE})
    ) FROM ${examined}`,
);

const selectLosses = walkStatement(
  (examined) => `
    SELECT json_group_array(json_array(kind, versioned, check_name, events)) FROM (
      SELECT event.kind, event.versioned, event.check_name, count(*) AS events
      FROM ${examined} CROSS JOIN event ON event.id = examined.id
      WHERE ${isReported("examined")} AND examined.partition IS ?5 AND ${isVisible("examined")}
      GROUP BY 1, 2, 3
    )`,
);

const selectLatest = (goes: string) => `
  SELECT asked.value ->> 3 AS position, summary.event_id AS id, summary.timestamp, summary.events, (${goes}) AS goes
  FROM json_each(?2) AS asked
  CROSS JOIN summary ON summary.asset_id = ?1 AND summary.scope = asked.value ->> 0
    AND summary.check_name = asked.value ->> 1 AND summary.partition = ifnull(asked.value ->> 2, x'')
  CROSS JOIN event ON event.id = summary.event_id`;
const selectLatestOfPartition = selectLatest("event.partition IS ?3");
const selectLatestOfEvent = selectLatest("event.id = ?3");
