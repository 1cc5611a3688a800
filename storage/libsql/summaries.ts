import type { Transaction } from "@libsql/client";
import { kinds } from "./event-row.ts";

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

const isCheck = `kind = ${kinds.ASSET_CHECK_EVALUATION}`;
const none = { checkName: "''", partition: "x''" };
const parts: readonly Part[] = [
  { ...none, scope: "kind", events: `kind <= ${kinds.ASSET_CHECK_EVALUATION}` },
  { ...none, scope: scopes.versioned, events: "versioned = 1" },
  {
    ...none,
    scope: scopes.partition,
    partition: "partition",
    events: `kind = ${kinds.ASSET_MATERIALIZATION} AND partition IS NOT NULL`,
  },
];
const checkParts: readonly Part[] = [
  { ...none, scope: scopes.check, checkName: "check_name", events: isCheck },
  { scope: scopes.checkPartition, checkName: "check_name", partition: "ifnull(partition, x'')", events: isCheck },
];

/** Brings the summaries up to date with the events after the id `lastId`. */
export async function addToSummaries(transaction: Transaction, lastId: number, checks: boolean): Promise<void> {
  await transaction.execute({ sql: checks ? addAll : addWithoutChecks, args: [lastId] });
}

const addWithoutChecks = addition(parts);
const addAll = addition([...parts, ...checkParts]);

function addition(of: readonly Part[]): string {
  // NOT INDEXED: the new events are one range of ids, and the planner would rather walk the whole index by asset.
  const selects = of.map(
    ({ scope, checkName, partition, events }) => `
      SELECT asset_id, ${scope}, ${checkName}, ${partition}, id, timestamp, 1 FROM event NOT INDEXED
      WHERE id > ?1 AND ${events}`,
  );
  return `
    INSERT INTO summary (asset_id, scope, check_name, partition, event_id, timestamp, events) ${selects.join(" UNION ALL ")}
    ON CONFLICT (asset_id, scope, check_name, partition) DO UPDATE SET
      event_id = iif((excluded.timestamp, excluded.event_id) > (timestamp, event_id), excluded.event_id, event_id),
      timestamp = max(timestamp, excluded.timestamp),
      events = events + 1`;
}
