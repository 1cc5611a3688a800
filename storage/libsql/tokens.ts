import type { Client, Row } from "@libsql/client";
import type { NewToken, TokenRecord, TokenScope, TokenUse } from "../token-store.ts";
import { decodeKey, decodeText, encodeKey, encodeText } from "./write/sortable-text.ts";
import { type Writer, writeTransaction } from "./write/write-transaction.ts";

/** All tokens, oldest first. */
export async function readTokens(client: Client): Promise<readonly TokenRecord[]> {
  const { rows } = await client.execute(selectTokens);
  return rows.map((row) => ({
    id: Number(row.id),
    name: decodeText(String(row.name)),
    hash: String(row.hash),
    scopes: String(row.scopes).split(",") as TokenScope[], // what createToken joined
    prefix: row.prefix === null ? null : decodeKey(String(row.prefix)),
    createdAt: Number(row.created_at),
    expiresAt: timeOf(row.expires_at),
    revokedAt: timeOf(row.revoked_at),
    lastUsedAt: timeOf(row.last_used_at),
  }));
}

const selectTokens = `
  SELECT id, name, hash, scopes, prefix, created_at, expires_at, revoked_at, last_used_at FROM token ORDER BY id`;

function timeOf(value: Row[string] | undefined): number | null {
  return value == null ? null : Number(value);
}

/** Returns the token's id, or undefined if the name is taken. */
export async function createToken(
  writer: Writer,
  { name, hash, scopes, prefix, expiresAt }: NewToken,
  now: number,
): Promise<number | undefined> {
  const sql = `
    INSERT INTO token (name, hash, scopes, prefix, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING RETURNING id`;
  const args = [encodeText(name), hash, scopes.join(","), prefix && encodeKey(prefix), now, expiresAt];
  return writeTransaction(writer, async (transaction) => idOf((await transaction.execute({ sql, args })).rows));
}

/** Returns the token's id, or undefined if no valid token has this name. */
export async function revokeToken(writer: Writer, name: string, now: number): Promise<number | undefined> {
  const sql = "UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL RETURNING id";
  const args = [now, encodeText(name)];
  return writeTransaction(writer, async (transaction) => idOf((await transaction.execute({ sql, args })).rows));
}

export async function noteTokenUses(writer: Writer, uses: readonly TokenUse[]): Promise<void> {
  const sql = "UPDATE token SET last_used_at = max(?, coalesce(last_used_at, 0)) WHERE id = ?";
  if (uses.length === 0) return;
  const statements = uses.map(({ id, at }) => ({ sql, args: [at, id] }));
  await writeTransaction(writer, (transaction) => transaction.batch(statements));
}

function idOf(rows: readonly { readonly [column: string]: unknown }[]): number | undefined {
  return rows[0] === undefined ? undefined : Number(rows[0].id);
}
