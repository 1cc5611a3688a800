import { kinds } from "./event-row.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/**
 * What the summaries are about. The first four are of a whole asset: its events of a kind (each scope has its kind's
 * number), and those that carry a data version.
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

interface Part {
  readonly scope: string | number;
  readonly checkName: string;
  readonly partition: string;
  /** Which events belong to it. */
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

/** Brings the summaries up to date with the events after the id `lastId`. */
export async function addToSummaries(transaction: WriteTransaction, lastId: number, checks: boolean): Promise<void> {
  await transaction.execute({ sql: checks ? addAll : addWithoutChecks, args: [lastId] });
}

const addWithoutChecks = addition(parts);
const addAll = addition([...parts, ...checkParts]);

function addition(of: readonly Part[]): string {
  // NOT INDEXED: the new events are one range of ids, and the planner would rather walk the whole index by asset.
  const selects = of.map(
    ({ scope, checkName, partition, events }) => `
      SELECT event.asset_id, ${scope}, ${checkName}, ${partition}, event.id, event.timestamp, 1 FROM event NOT INDEXED
      WHERE event.id > ?1 AND ${events}`,
  );
  return `
    INSERT INTO summary (asset_id, scope, check_name, partition, event_id, timestamp, events) ${selects.join(" UNION ALL ")}
    ON CONFLICT (asset_id, scope, check_name, partition) DO UPDATE SET
      event_id = iif((excluded.timestamp, excluded.event_id) > (timestamp, event_id), excluded.event_id, event_id),
      timestamp = max(timestamp, excluded.timestamp),
      events = events + 1`;
}

/** Deletes events of one asset, and makes its summaries what they would be without them. */
export async function deleteEvents(
  transaction: WriteTransaction,
  assetId: number,
  ids: readonly number[],
): Promise<void> {
  const args = [assetId, JSON.stringify(ids)];
  await subtractEvents(transaction, ids);
  for (const sql of [deleteKeys, deleteRows, deleteEmpty]) await transaction.execute({ sql, args });
  const { rows } = await transaction.execute({ sql: selectOutdated, args });
  for (const { scope, check_name = null, partition = null } of rows) {
    const sql = findLatest.get(Number(scope)) ?? "";
    await transaction.execute({ sql, args: [assetId, Number(scope), check_name, partition] });
  }
}

/** Takes events out of the counts, before they are deleted. What they are the latest of still names them. */
export async function subtractEvents(transaction: WriteTransaction, ids: readonly number[]): Promise<void> {
  await transaction.execute({ sql: subtract, args: [JSON.stringify(ids)] });
}

const given = "(SELECT value FROM json_each(?2))";
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
const deleteKeys = `DELETE FROM idempotency WHERE asset_id = ?1 AND event_id IN ${given}`;
const deleteRows = `DELETE FROM event WHERE asset_id = ?1 AND id IN ${given}`;
const deleteEmpty = "DELETE FROM summary WHERE asset_id = ?1 AND events = 0 AND ?2 IS NOT NULL";
const selectOutdated = `
  SELECT scope, check_name, nullif(partition, x'') AS partition FROM summary WHERE asset_id = ?1 AND event_id IN ${given}`;

const findLatest = new Map(
  every.flatMap((part) =>
    Object.values(scopes)
      .filter((scope) => scope === part.scope || (part.scope === "event.kind" && isKind(scope)))
      .map((scope): [number, string] => [scope, findLatestOf(part)]),
  ),
);

function isKind(scope: number): boolean {
  return scope !== scopes.versioned && scope < scopes.partition;
}

function findLatestOf({ scope, checkName, partition, events }: Part): string {
  return `
    UPDATE summary SET (event_id, timestamp) = (
      SELECT event.id, event.timestamp FROM event
      WHERE event.asset_id = ?1 AND ${events} AND ${scope} = ?2 AND ${checkName} = ?3 AND ${partition} = ifnull(?4, x'')
      ORDER BY event.timestamp DESC, event.id DESC LIMIT 1
    ) WHERE asset_id = ?1 AND scope = ?2 AND check_name = ?3 AND partition = ifnull(?4, x'')`;
}

/** True of an event that a summary names as the latest of its scope, and null or false of any other. */
export const isLatest = every
  .map(
    ({ scope, checkName, partition, events }) => `
      ${events} AND EXISTS (
        SELECT 1 FROM summary WHERE summary.asset_id = event.asset_id AND summary.scope = ${scope}
          AND summary.check_name = ${checkName} AND summary.partition = ${partition} AND summary.event_id = event.id
      )`,
  )
  .join(" OR ");
