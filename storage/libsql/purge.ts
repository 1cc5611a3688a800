import type { Client } from "@libsql/client";
import { type Writer, writeTransaction } from "./write-transaction.ts";

/** The most rows that one step deletes: reports wait for it. */
const rowsPerStep = 1000;

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
  return writeTransaction(writer, async (transaction) => {
    for (const [table, key] of Object.entries(keys)) {
      const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE asset_id = ? LIMIT ${rowsPerStep})`;
      const { rowsAffected } = await transaction.execute({ sql, args: [Number(assetId)] });
      if (rowsAffected > 0) return true;
    }
    await transaction.execute({ sql: "DELETE FROM wiped_asset WHERE asset_id = ?", args: [Number(assetId)] });
    return true;
  });
}
