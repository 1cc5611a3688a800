import type { InValue } from "@libsql/client";
import { kinds } from "./event-row.ts";
import { jsonArrays } from "./json-arrays.ts";
import type { Statement, WriteTransaction } from "./write-transaction.ts";

/**
 * The scopes of summaries. The first four are about a whole asset: its events of one kind (the scope has the kind's
 * number), and those with a data version.
 */
export const scopes = {
  versioned: 0,
  materializations: kinds.ASSET_MATERIALIZATION,
  observations: kinds.ASSET_OBSERVATION,
  evaluations: kinds.ASSET_CHECK_EVALUATION,
  /** Materializations of a partition. */
  partition: 4,
  /** Evaluations of a check, over all partitions. */
  check: 5,
  /** Evaluations of a check of a partition, or of no partition. */
  checkPartition: 6,
} as const;

/** The condition for the one summary of an asset in a scope that is about the whole asset, given SQL expressions. */
export function isOfAsset(assetId: string, scope: number, table = "summary"): string {
  const key = { asset_id: assetId, scope, check_name: "''", partition: "x''" };
  return Object.entries(key)
    .map(([column, value]) => `${table}.${column} = ${value}`)
    .join(" AND ");
}

interface Part {
  readonly scope: string | number;
  readonly checkName: string;
  readonly partition: string;
  /** A condition for the events that belong to it. */
  readonly events: string;
}

const isCheck = `event.kind = ${kinds.ASSET_CHECK_EVALUATION}`;
const none = { checkName: "''", partition: "x''" };
const parts: readonly Part[] = [
  { ...none, scope: "event.kind", events: `event.kind <= ${kinds.ASSET_CHECK_EVALUATION}` },
  { ...none, scope: scopes.versioned, events: "event.versioned = 1" },
  {
    ...none,
    scope: scopes.partition,
    partition: "event.partition",
    events: `event.kind = ${kinds.ASSET_MATERIALIZATION} AND event.partition IS NOT NULL`,
  },
];
const checkParts: readonly Part[] = [
  { ...none, scope: scopes.check, checkName: "event.check_name", events: isCheck },
  {
    scope: scopes.checkPartition,
    checkName: "event.check_name",
    partition: "ifnull(event.partition, x'')",
    events: isCheck,
  },
];

/**
 * A summary within its asset. The check name is empty if it is not about one. The partition is null if it is not about
 * one, or is about no partition.
 */
export type SummaryKey = readonly [scope: number, checkName: string, partition: string | null];

/** The parts of an event that decide which summaries it belongs to. Texts are encoded. */
interface Summarized {
  readonly kind: number;
  readonly partition: string | null;
  readonly checkName: string | null;
  readonly versioned: number | null;
}

/** The summaries that a reported event belongs to. In JavaScript what `parts` and `checkParts` say in SQL. */
export function summariesOf({ kind, partition, checkName, versioned }: Summarized): readonly SummaryKey[] {
  const keys: SummaryKey[] = [[kind, "", null]];
  if (versioned === 1) keys.push([scopes.versioned, "", null]);
  if (kind === kinds.ASSET_MATERIALIZATION && partition !== null) keys.push([scopes.partition, "", partition]);
  if (kind === kinds.ASSET_CHECK_EVALUATION && checkName !== null) {
    keys.push([scopes.check, checkName, null], [scopes.checkPartition, checkName, partition]);
  }
  return keys;
}

/** Updates the summaries with the events after the id `lastId`. */
export async function addToSummaries(transaction: WriteTransaction, lastId: number, checks: boolean): Promise<void> {
  await transaction.execute({ sql: checks ? addAll : addWithoutChecks, args: [lastId] });
}

const addWithoutChecks = additionAfter("?1", false);
const addAll = additionAfter("?1", true);

/** The statement that updates the summaries with the events after the id that an expression gives. */
export function additionAfter(lastId: string, checks: boolean): string {
  const of = checks ? [...parts, ...checkParts] : parts;
  // NOT INDEXED: the new events are one range of ids, but the planner would walk the whole index by asset.
  const selects = of.map(
    ({ scope, checkName, partition, events }) => `
      SELECT event.asset_id, ${scope}, ${checkName}, ${partition}, event.id, event.timestamp, 1 FROM event NOT INDEXED
      WHERE event.id > ${lastId} AND ${events}`,
  );
  return `
    INSERT INTO summary (asset_id, scope, check_name, partition, event_id, timestamp, events) ${selects.join(" UNION ALL ")}
    ON CONFLICT (asset_id, scope, check_name, partition) DO UPDATE SET
      event_id = iif((excluded.timestamp, excluded.event_id) > (timestamp, event_id), excluded.event_id, event_id),
      timestamp = max(timestamp, excluded.timestamp),
      events = events + 1`;
}

/** Takes events out of the counts, before they are deleted. Summaries still name them as the latest. */
export function subtraction(ids: readonly number[]): Statement {
  return { sql: subtract, args: [JSON.stringify(ids)] };
}

const every = [...parts, ...checkParts];
const ofEvents = every.map(
  ({ scope, checkName, partition, events }) => `
    SELECT event.asset_id, ${scope} AS scope, ${checkName} AS check_name, ${partition} AS partition FROM event
    WHERE event.id IN (SELECT value FROM json_each(?1)) AND ${events}`,
);
const subtract = `
  UPDATE summary SET events = summary.events - gone.events FROM (
    SELECT asset_id, scope, check_name, partition, count(*) AS events FROM (${ofEvents.join(" UNION ALL ")})
    GROUP BY 1, 2, 3, 4
  ) AS gone
  WHERE summary.asset_id = gone.asset_id AND summary.scope = gone.scope AND summary.check_name = gone.check_name
    AND summary.partition = gone.partition`;

/** A summary that loses events, and the latest event that stays. Null if none stays. */
export interface ReducedSummary {
  readonly key: SummaryKey;
  readonly lost: number;
  readonly latest: { readonly id: number; readonly timestamp: number } | null;
}

/** Takes events out of an asset's summaries. Each summary is found by its key, however many the asset has. */
export function reduction(assetId: number, summaries: readonly ReducedSummary[]): readonly Statement[] {
  const left: unknown[] = [];
  const emptied = new Map<string, { readonly args: InValue[]; readonly names: string[] }>();
  for (const { key, lost, latest } of summaries) {
    const [scope, checkName, partition] = key;
    if (latest !== null) {
      left.push([...key, lost, latest.id, latest.timestamp]);
      continue;
    }
    const group = JSON.stringify([scope, partition]);
    const { args, names } = emptied.get(group) ?? { args: [assetId, scope, partition], names: [] };
    emptied.set(group, { args, names });
    names.push(checkName);
  }
  return [
    ...jsonArrays(left).map((json) => ({ sql: reduce, args: [assetId, json] })),
    ...[...emptied.values()].flatMap(({ args, names }) =>
      jsonArrays(names).map((json) => ({ sql: removeEmptied, args: [...args, json] })),
    ),
  ];
}

// MATERIALIZED, or SQLite would search all summaries of the asset for each of these.
const reduce = `
  WITH reduced AS MATERIALIZED (
    SELECT ?1 AS asset_id, value ->> 0 AS scope, value ->> 1 AS check_name, ifnull(value ->> 2, x'') AS partition,
      value ->> 3 AS lost, value ->> 4 AS event_id, value ->> 5 AS timestamp
    FROM json_each(?2)
  )
  UPDATE summary SET events = summary.events - reduced.lost, event_id = reduced.event_id, timestamp = reduced.timestamp
  FROM reduced
  WHERE summary.asset_id = reduced.asset_id AND summary.scope = reduced.scope
    AND summary.check_name = reduced.check_name AND summary.partition = reduced.partition`;
// With IN over rows of four values, SQLite would look up the first two by the key and walk the rest.
const removeEmptied = `
  DELETE FROM summary WHERE asset_id = ?1 AND scope = ?2 AND partition = ifnull(?3, x'')
    AND check_name IN (SELECT value FROM json_each(?4))`;

/** True for an event that a summary names as the latest of its scope. Null or false for any other. */
export const isLatest = every
  .map(
    ({ scope, checkName, partition, events }) => `
      ${events} AND EXISTS (
        SELECT 1 FROM summary WHERE summary.asset_id = event.asset_id AND summary.scope = ${scope}
          AND summary.check_name = ${checkName} AND summary.partition = ${partition} AND summary.event_id = event.id
      )`,
  )
  .join(" OR ");
