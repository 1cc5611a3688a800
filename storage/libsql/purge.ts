import type { Client } from "@libsql/client";
import { type Writer, writeTransaction } from "./write-transaction.ts";

/** The most rows of a table that one step deletes: reports wait for it. */
const rowsPerStep = 500;

const keys: Readonly<Record<string, string>> = {
  event: "id",
  idempotency: "asset_id, kind, key",
  summary: "asset_id, scope, check_name, partition",
};

/** Deletes some of what wipes have hidden, in one short transaction; answers whether there is more. */
export async function purgeStep(client: Client, writer: Writer): Promise<boolean> {
  const waiting = await client.execute("SELECT asset_id FROM wiped_asset LIMIT 1");
  const assetId = waiting.rows[0]?.asset_id;
  if (assetId === undefined) return false;
  const statements = deletions.map((sql) => ({ sql, args: [Number(assetId)] }));
  // In one request where it can be: whoever reports to a remote database would wait for several.
  if (client.protocol === "file") await writeTransaction(writer, (transaction) => transaction.batch(statements));
  else await client.batch(statements, "write");
  return true;
}

const tables = Object.entries(keys);
const isLeft = tables.map(([table]) => `EXISTS (SELECT 1 FROM ${table} WHERE asset_id = ?1)`).join(" OR ");
const deletions = [
  ...tables.map(
    ([table, key]) =>
      `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE asset_id = ?1 LIMIT ${rowsPerStep})`,
  ),
  `DELETE FROM wiped_asset WHERE asset_id = ?1 AND NOT (${isLeft})`,
];
