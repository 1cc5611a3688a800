import { asc } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { NewToken, TokenRecord, TokenScope, TokenUse } from "../token-store.ts";
import { token } from "./schema.ts";
import { decodeKey, decodeText, encodeKey, encodeText } from "./sortable-text.ts";
import { type Writer, writeTransaction } from "./write-transaction.ts";

/** All tokens, oldest first. */
export async function readTokens(database: LibSQLDatabase): Promise<readonly TokenRecord[]> {
  const rows = await database.select().from(token).orderBy(asc(token.id));
  return rows.map(({ name, scopes, prefix, ...row }) => ({
    ...row,
    name: decodeText(name),
    scopes: scopes.split(",") as TokenScope[], // what createToken joined
    prefix: prefix === null ? null : decodeKey(prefix),
  }));
}

/** Answers the token's id, or undefined where the name is taken. */
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

/** Answers the token's id, or undefined where no token of this name is left. */
export async function revokeToken(writer: Writer, name: string, now: number): Promise<number | undefined> {
  const sql = "UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL RETURNING id";
  const args = [now, encodeText(name)];
  return writeTransaction(writer, async (transaction) => idOf((await transaction.execute({ sql, args })).rows));
}

export async function noteTokenUses(writer: Writer, uses: readonly TokenUse[]): Promise<void> {
  const sql = "UPDATE token SET last_used_at = max(?, coalesce(last_used_at, 0)) WHERE id = ?";
  await writeTransaction(writer, async (transaction) => {
    for (const { id, at } of uses) await transaction.execute({ sql, args: [at, id] });
  });
}

function idOf(rows: readonly { readonly [column: string]: unknown }[]): number | undefined {
  return rows[0] === undefined ? undefined : Number(rows[0].id);
}
