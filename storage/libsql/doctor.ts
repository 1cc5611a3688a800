import type { Client } from "@libsql/client";
import { type DatabaseAddress, openConnection } from "./connection.ts";
import { kinds } from "./event-row.ts";
import { migrations } from "./migrations.ts";
import { scopes } from "./summaries.ts";

export interface Examination {
  /** What SQLite finds wrong; empty where nothing is. */
  readonly integrity: readonly string[];
  readonly schemaVersion: number;
  /** That this version of runless has and the database has not. */
  readonly pendingMigrations: number;
  readonly summaries: { readonly recounted: number; readonly wrong: number };
}

/** Looks a database over without changing it: it is not even migrated. */
export async function examineDatabase(address: DatabaseAddress): Promise<Examination> {
  const client = await openConnection(address);
  try {
    const found = await client.execute("PRAGMA integrity_check");
    const integrity = found.rows.map((row) => String(row.integrity_check)).filter((line) => line !== "ok");
    const schemaVersion = await readVersion(client);
    const pendingMigrations = Math.max(0, migrations.length - schemaVersion);
    // The recount knows the tables as this version has them.
    const isCurrent = schemaVersion === migrations.length && integrity.length === 0;
    const summaries = isCurrent ? await recount(client) : { recounted: 0, wrong: 0 };
    return { integrity, schemaVersion, pendingMigrations, summaries };
  } finally {
    client.close();
  }
}

async function readVersion(client: Client): Promise<number> {
  const tables = await client.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'");
  if (tables.rows.length === 0) return 0;
  const { rows } = await client.execute("SELECT max(version) AS version FROM schema_version");
  return Number(rows[0]?.version ?? 0);
}

async function recount(client: Client): Promise<Examination["summaries"]> {
  const { rows } = await client.execute(comparison);
  return { recounted: Number(rows[0]?.recounted), wrong: Number(rows[0]?.wrong) };
}

// (timestamp, id) as text that sorts like it: no timestamp is below the first that a Date has.
const rank = (timestamp: string, id: string) => `printf('%017d%016d', ${timestamp} + 8640000000000000, ${id})`;

const counted = (scope: string | number, checkName: string, partition: string, events: string) => `
  SELECT asset_id, ${scope} AS scope, ${checkName} AS check_name, ${partition} AS partition, count(*) AS events,
    max(${rank("timestamp", "id")}) AS latest
  FROM event WHERE ${events} AND asset_id IN (SELECT id FROM asset) GROUP BY 1, 2, 3, 4`;

// Written apart from what summaries.ts does, lest both share a mistake. What wiped assets leave behind is nobody's.
const isCheck = `kind = ${kinds.ASSET_CHECK_EVALUATION}`;
const comparison = `
  WITH recounted AS MATERIALIZED (
    ${counted("kind", "''", "x''", `kind <> ${kinds.ASSET_WIPED}`)}
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
