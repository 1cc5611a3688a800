import type { Client } from "@libsql/client";
import { EventLogError } from "../../event-log-error.ts";
import { driverError } from "../failures.ts";
import { leftoverWalProblem } from "../file/leftover-wal.ts";
import type { DatabaseAddress } from "../libsql-options.ts";
import { readVersion } from "../migrations/migrate.ts";
import { migrations } from "../migrations/migrations.ts";
import { readOnly } from "../read/read-only.ts";
import { readSendLease } from "../sending/read-sending.ts";
import { storeError } from "../store-error.ts";
import { kinds } from "../write/event-row.ts";
import { decodeNullable, decodeText } from "../write/sortable-text.ts";
import { scopes } from "../write/summaries.ts";

export interface Examination {
  /** What is wrong with a database file's write-ahead log, and what to do. */
  readonly log: string | undefined;
  /** What SQLite's integrity check reports. Empty if it finds nothing. */
  readonly integrity: readonly string[];
  /** Undefined if the database is too damaged to read it. */
  readonly schemaVersion: number | undefined;
  /** How many migrations of this version the database lacks. */
  readonly pendingMigrations: number;
  /** Undefined if they can't be recounted: the database is damaged, or its tables are not yet this version's. */
  readonly summaries: Recount | undefined;
  /** Destinations that are not told now, each with a sentence. Undefined if they can't be read, as the summaries. */
  readonly destinations: readonly TroubledDestination[] | undefined;
  /** The hash of the file that the server which sends has; undefined: none sends. */
  readonly fileHash: string | undefined;
}

export interface TroubledDestination {
  readonly name: string;
  readonly status: string;
  readonly reason: string | null;
  /** How many events it refused, which wait for an operator. */
  readonly parked: number;
}

interface Recount {
  readonly recounted: number;
  readonly wrong: number;
}

/**
 * Examines a database without changing it: it is not even migrated. EventLogError `unusable_database` if it holds no
 * event log, or one of a newer runless.
 */
export async function examineDatabase(address: DatabaseAddress): Promise<Examination> {
  try {
    const wal = leftoverWalProblem(address.url); // before SQLite ignores it
    return { log: wal, ...(await readOnly(address, (client) => examine(client, address.url))) };
  } catch (error) {
    if (driverError(error)?.code !== "SQLITE_NOTADB") throw storeError(error, address.url);
    const message = `${address.url} is not a database, or one that is encrypted or damaged from its first page on. Name another, or restore a copy.`;
    throw new EventLogError("unusable_database", message, { cause: error });
  }
}

async function examine(client: Client, url: string): Promise<Omit<Examination, "log">> {
  let schemaVersion: number | undefined;
  let fileHash: string | undefined;
  const found = (integrity: readonly string[], summaries?: Recount, destinations?: readonly TroubledDestination[]) => ({
    integrity,
    schemaVersion,
    pendingMigrations: schemaVersion === undefined ? 0 : migrations.length - schemaVersion,
    summaries,
    destinations,
    fileHash,
  });
  try {
    schemaVersion = await readVersion(client);
    if (schemaVersion === 0) {
      const message = `There is no event log in ${url}: no runless has written to it. Name another database.`;
      throw new EventLogError("unusable_database", message);
    }
    const integrity = await checkIntegrity(client);
    // The recount knows the tables of this version only.
    const isCurrent = schemaVersion === migrations.length && integrity.length === 0;
    if (!isCurrent) return found(integrity);
    const lease = await readSendLease(client);
    if (lease.holder !== null) fileHash = lease.fileHash ?? undefined;
    return found(integrity, await recount(client), await findTroubled(client));
  } catch (error) {
    const cause = driverError(error);
    if (cause?.code.startsWith("SQLITE_CORRUPT") !== true) throw error;
    return found([cause.message]);
  }
}

async function checkIntegrity(client: Client): Promise<readonly string[]> {
  const { rows } = await client.execute("PRAGMA integrity_check");
  const lines = rows.flatMap((row) => String(row.integrity_check).split("\n"));
  return lines.filter((line) => line !== "ok" && !line.startsWith("***"));
}

async function recount(client: Client): Promise<Recount> {
  const { rows } = await client.execute(comparison);
  return { recounted: Number(rows[0]?.recounted), wrong: Number(rows[0]?.wrong) };
}

async function findTroubled(client: Client): Promise<readonly TroubledDestination[]> {
  const { rows } = await client.execute(selectTroubled);
  return rows.map(({ name, status, reason, parked }) => ({
    name: decodeText(String(name)),
    status: String(status),
    reason: decodeNullable(reason),
    parked: Number(parked),
  }));
}

const countParked =
  "(SELECT count(*) FROM delivery WHERE delivery.destination = destination.name AND delivery.status = 'parked')";

// One that was paused is meant to be.
const selectTroubled = `
  SELECT name, status, reason, parked
  FROM (SELECT destination.*, ${countParked} AS parked FROM destination WHERE left_at IS NULL)
  WHERE status IN ('disabled', 'blocked') OR (status = 'active' AND failures > 0) OR parked > 0 ORDER BY name`;

// (timestamp, id) as text that sorts like it: no timestamp is below the first of a Date.
const rank = (timestamp: string, id: string) => `printf('%017d%016d', ${timestamp} + 8640000000000000, ${id})`;

const isWiped = `EXISTS (
  SELECT 1 FROM wiped_partition
  WHERE asset_id = event.asset_id AND up_to_id >= event.id AND partition = ifnull(event.partition, x'')
)`;

const counted = (scope: string | number, checkName: string, partition: string, events: string) => `
  SELECT asset_id, ${scope} AS scope, ${checkName} AS check_name, ${partition} AS partition, count(*) AS events,
    max(${rank("timestamp", "id")}) AS latest
  FROM event WHERE ${events} AND asset_id IN (SELECT id FROM asset) AND NOT ${isWiped} GROUP BY 1, 2, 3, 4`;

// Written apart from summaries.ts, so that both do not share a mistake. Rows that wipes have left belong to no asset.
const reportedKinds = [kinds.ASSET_MATERIALIZATION, kinds.ASSET_OBSERVATION, kinds.ASSET_CHECK_EVALUATION];
const isCheck = `kind = ${kinds.ASSET_CHECK_EVALUATION}`;
const comparison = `
  WITH recounted AS MATERIALIZED (
    ${counted("kind", "''", "x''", `kind IN (${reportedKinds.join(", ")})`)}
    UNION ALL ${counted(scopes.versioned, "''", "x''", "versioned = 1")}
    UNION ALL ${counted(scopes.partition, "''", "partition", `kind = ${kinds.ASSET_MATERIALIZATION} AND partition IS NOT NULL`)}
    UNION ALL ${counted(scopes.check, "check_name", "x''", isCheck)}
    UNION ALL ${counted(scopes.checkPartition, "check_name", "ifnull(partition, x'')", isCheck)}
  ), kept AS MATERIALIZED (
    SELECT asset_id, scope, check_name, partition, events, ${rank("timestamp", "event_id")} AS latest
    FROM summary WHERE asset_id IN (SELECT id FROM asset)
  )
  SELECT (SELECT count(*) FROM recounted) AS recounted, (
    SELECT count(*) FROM (
      SELECT asset_id, scope, check_name, partition FROM (SELECT * FROM recounted EXCEPT SELECT * FROM kept)
      UNION SELECT asset_id, scope, check_name, partition FROM (SELECT * FROM kept EXCEPT SELECT * FROM recounted)
    )
  ) AS wrong`;
