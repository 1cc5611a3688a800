import type { InValue } from "@libsql/client";
import { walkEvents, walkStatement } from "../../read/events/walk-events.ts";
import type { ReadSteps } from "../../read/read-steps.ts";
import { kinds } from "../../write/event-row.ts";
import { type SummaryKey, scopes, summariesOf } from "../../write/summaries.ts";
import { isReported, isVisible } from "../../write/wiped-partition.ts";
import { type EventPosition, examinedEvents, isLater, parseExaminedEvents } from "./examined-event.ts";
import type { EventsPlan } from "./wipe-plan.ts";

/**
 * The latest event of each of these summaries without the events to be wiped, by the summary's key as JSON. A summary
 * without events is left out. It examines all events of the asset, since no index holds the order of timestamps.
 */
export async function findLatest(
  steps: ReadSteps,
  plan: Pick<EventsPlan, "assetId" | "upToId" | "eventId" | "partition">,
  keys: readonly SummaryKey[],
): Promise<ReadonlyMap<string, EventPosition>> {
  const found = new Map<string, EventPosition>();
  if (keys.length === 0) return found;
  const wanted = keys.map((key) => ({ scope: key[0], name: JSON.stringify(key) }));
  const names = new Set(wanted.map(({ name }) => name));

  /**
   * The position that an event must exceed to matter, for each scope: the least that was found. Nothing exceeds null.
   */
  function thresholds(): InValue[] {
    const least = new Map<number, EventPosition>();
    for (const { scope, name } of wanted) {
      const position = found.get(name) ?? beforeAll;
      const other = least.get(scope);
      if (other === undefined || isLater(other, position)) least.set(scope, position);
    }
    return allScopes.flatMap((scope) => [least.get(scope)?.timestamp ?? null, least.get(scope)?.id ?? null]);
  }

  const { eventId, partition } = plan;
  // An event has one check. A partition may have too many to name them in each step.
  const checkName = keys.find(([scope]) => scope === scopes.check || scope === scopes.checkPartition)?.[1] ?? null;
  const [sql, args] =
    eventId === null
      ? ([selectWithoutPartition, [partition]] as const)
      : ([selectWithoutEvent, [eventId, partition, checkName]] as const);
  await walkEvents(
    steps,
    sql,
    { ...plan, afterId: 0 },
    () => [...thresholds(), ...args],
    (json) => {
      for (const event of parseExaminedEvents(json)) {
        for (const key of summariesOf(event)) {
          const name = JSON.stringify(key);
          const other = found.get(name);
          if (names.has(name) && (other === undefined || isLater(event, other))) found.set(name, event);
        }
      }
    },
  );
  return found;
}

const allScopes: readonly number[] = Object.values(scopes);
/** No Date is before it. */
const beforeAll: EventPosition = { timestamp: -9e15, id: 0 };

// The thresholds are ?5 to ?18, two of each scope.
const firstThreshold = 5;
const [wiped, ofPartition, ofCheck] = ["?19", "?20", "?21"];

function isLaterIn(scope: number): string {
  const timestamp = firstThreshold + 2 * allScopes.indexOf(scope);
  return `(event.timestamp, event.id) > (?${timestamp}, ?${timestamp + 1})`;
}

function select(isWiped: string, ofScopes: readonly string[]): string {
  return walkStatement(
    (examined) => `
      SELECT ${examinedEvents} FROM ${examined} CROSS JOIN event ON event.id = examined.id
      WHERE ${isReported("examined")} AND NOT (${isWiped}) AND ${isVisible("examined")} AND (${ofScopes.join(" OR ")})`,
  );
}

const isCheck = `examined.kind = ${kinds.ASSET_CHECK_EVALUATION}`;
const ofAsset = [
  ...[scopes.materializations, scopes.observations, scopes.evaluations].map(
    (kind) => `(examined.kind = ${kind} AND ${isLaterIn(kind)})`,
  ),
  `(event.versioned = 1 AND ${isLaterIn(scopes.versioned)})`,
];
const selectWithoutPartition = select(`examined.partition IS ${wiped}`, [
  ...ofAsset,
  `(${isCheck} AND ${isLaterIn(scopes.check)})`,
]);
const selectWithoutEvent = select(`examined.id = ${wiped}`, [
  ...ofAsset,
  `(examined.kind = ${scopes.materializations} AND examined.partition = ${ofPartition} AND ${isLaterIn(scopes.partition)})`,
  `(${isCheck} AND event.check_name = ${ofCheck} AND ${isLaterIn(scopes.check)})`,
  `(${isCheck} AND event.check_name = ${ofCheck} AND examined.partition IS ${ofPartition} AND ${isLaterIn(scopes.checkPartition)})`,
]);
