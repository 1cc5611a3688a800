import type { MuteName, WatchLease } from "../../watching/watch-store.ts";
import { encodeKey, encodeNullable } from "../write/sortable-text.ts";
import { type Writer, writeTransaction } from "../write/write-transaction.ts";

// Statements that write the lease, mutes, and alerts that are closed.

/** Returns the new fence, or undefined if the lease changed since it was read. */
export async function takeLease(
  writer: Writer,
  holder: string,
  { fence, beat }: Pick<WatchLease, "fence" | "beat">,
): Promise<number | undefined> {
  const taken = await change(writer, take, [holder, fence, beat]);
  return taken === 1 ? fence + 1 : undefined;
}

export async function releaseLease(writer: Writer, fence: number): Promise<void> {
  await change(writer, release, [fence]);
}

export async function closeAlert(writer: Writer, id: number, now: number): Promise<void> {
  await change(writer, close, [id, now]);
}

/** Writes a mute, and deletes those that have ended. */
export async function putMute(
  writer: Writer,
  name: MuteName,
  { until, by, now }: { readonly until: number; readonly by: string | null; readonly now: number },
): Promise<void> {
  await writeTransaction(writer, (transaction) =>
    transaction.batch([
      { sql: forgetMutes, args: [now] },
      { sql: mute, args: [...nameArgs(name), until, encodeNullable(by)] },
    ]),
  );
}

export async function removeMute(writer: Writer, name: MuteName, now: number): Promise<boolean> {
  return (await change(writer, unmute, [...nameArgs(name), now])) === 1;
}

async function change(writer: Writer, sql: string, args: (string | number | null)[]): Promise<number> {
  return writeTransaction(writer, async (transaction) => (await transaction.execute({ sql, args })).rowsAffected);
}

function nameArgs({ assetKey, prefix }: MuteName): [string, number] {
  return assetKey === undefined ? [encodeKey(prefix), 1] : [encodeKey(assetKey), 0];
}

const take = "UPDATE watcher SET holder = ?1, fence = fence + 1, beat = beat + 1 WHERE fence = ?2 AND beat = ?3";
const release = "UPDATE watcher SET holder = NULL, beat = beat + 1 WHERE fence = ?1";
const close = `
  UPDATE alert SET resolved_at = ?2, changed_at = ?2, reason = 'closed' WHERE id = ?1 AND resolved_at IS NULL`;
const forgetMutes = "DELETE FROM mute WHERE until <= ?1";
const mute = `
  INSERT INTO mute (name, kind, until, muted_by) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (name, kind) DO UPDATE SET until = excluded.until, muted_by = excluded.muted_by`;
const unmute = "DELETE FROM mute WHERE name = ?1 AND kind = ?2 AND until > ?3";
