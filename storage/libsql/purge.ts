import type { Client, Value } from "@libsql/client";
import { writeTransaction } from "./connection.ts";

/** The most rows that one step deletes: reports wait for it. */
const rowsPerStep = 1000;

const keys: Readonly<Record<string, string>> = {
  event: "id",
  idempotency: "asset_id, kind, key",
  summary: "asset_id, scope, check_name, partition",
};

/** Deletes some of what wipes have hidden, in one short transaction; answers whether there is more. */
export async function purgeStep(client: Client): Promise<boolean> {
  const waiting = await client.execute("SELECT asset_id FROM wiped_asset LIMIT 1");
  const assetId = waiting.rows[0]?.asset_id;
  if (assetId === undefined) return false;
  if (client.protocol !== "file") return purgeRemotely(client, assetId);
  return writeTransaction(client, async (transaction) => {
    for (const [table, key] of Object.entries(keys)) {
      const { rowsAffected } = await transaction.execute({ sql: deleteSome(table, key), args: [assetId] });
      if (rowsAffected > 0) return true;
    }
    await transaction.execute({ sql: "DELETE FROM wiped_asset WHERE asset_id = ?", args: [assetId] });
    return true;
  });
}

/** In one request: reports would wait for as many as the statements. */
async function purgeRemotely(client: Client, assetId: Value): Promise<boolean> {
  const tables = Object.entries(keys);
  const isLeft = tables.map(([table]) => `EXISTS (SELECT 1 FROM ${table} WHERE asset_id = ?1)`).join(" OR ");
  const statements = [
    ...tables.map(([table, key]) => deleteSome(table, key)),
    `DELETE FROM wiped_asset WHERE asset_id = ?1 AND NOT (${isLeft})`,
  ];
  await client.batch(
    statements.map((sql) => ({ sql, args: [assetId] })),
    "write",
  );
  return true;
}

function deleteSome(table: string, key: string): string {
  return `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE asset_id = ?1 LIMIT ${rowsPerStep})`;
}
