import type { Client } from "@libsql/client";
import { EventLogError } from "../../event-log-error.ts";
import { withBusyTimeout } from "../busy-timeout.ts";
import { migrations } from "./migrations.ts";

/**
 * Brings the database to this version's schema, each migration in a transaction of its own. Refuses one from a newer
 * version. Returns whether it changed anything. It does not use Drizzle's migrator, which silently skips a migration
 * that comes out of order.
 */
export async function migrate(client: Client): Promise<boolean> {
  const version = await readVersion(client);
  for (let next = version; next < migrations.length; next++) {
    // One unprepared text, for the reason that write-transaction.ts gives. If another process runs the same migration
    // at the same time, the primary key turns that into an error, which is checked below.
    const script = `
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) WITHOUT ROWID;
      INSERT INTO schema_version VALUES (${next + 1});
      ${migrations[next]}
      COMMIT;`;
    try {
      await withBusyTimeout(() => client.executeMultiple(script));
    } catch (error) {
      if ((await readVersion(client)) <= next) throw error;
    }
  }
  return version < migrations.length;
}

/** 0 if there is no event log yet. Refuses a version that is newer than this runless. */
export async function readVersion(client: Client): Promise<number> {
  const tables = await client.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'");
  if (tables.rows.length === 0) return 0;
  return readKnownVersion(client);
}

/**
 * The version of a database that is there. Refuses one that is newer than this runless: another one may have migrated
 * the database while this process has it open.
 */
export async function readKnownVersion(client: Client): Promise<number> {
  const { rows } = await client.execute("SELECT max(version) AS version FROM schema_version");
  const version = Number(rows[0]?.version ?? 0);
  if (version <= migrations.length) return version;
  throw new EventLogError(
    "unusable_database",
    `The database has schema version ${version}, and this version of runless knows ${migrations.length} at most. Use the newer runless that wrote it, or name another database.`,
  );
}
