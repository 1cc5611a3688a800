import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import Database from "libsql";
import { driverError, isDamage } from "../failures.ts";
import { assertWalIsWhole } from "../file/leftover-wal.ts";
import type { DatabaseAddress } from "../libsql-options.ts";
import { readOnly } from "../read/read-only.ts";
import { cannotOpen } from "../store-error.ts";

/** `backUp` can't write the file. The message says why. */
export class CopyError extends Error {
  override readonly name = "CopyError";
}

const refusals: Readonly<Record<string, string>> = {
  SQLITE_CANTOPEN: "its folder must be there, and writable",
  EROFS: "its disk can only be read",
  SQLITE_FULL: "its disk is full",
};

/**
 * How many ids a copy leaves out at least. If it replaces the log, the ids given since stay with the lost events: a
 * reader that follows the log misses nothing new, and no two events are exported under one key. Each copy leaves out
 * another number, so that this also holds for several copies of a log.
 */
const idsLeftOut = 10_000_000_000;

/**
 * Copies a database file, as it is at one moment, to a path. Resolves with the copy's size in bytes when it is on the
 * disk. The database stays in use; its write-ahead log grows until the copy is complete. The copy gives ids far above
 * the log's own. Throws CopyError.
 */
export async function backUp(address: DatabaseAddress, path: string): Promise<number> {
  const file = resolve(path); // SQLite would take some for a URI
  assertMissing(path);
  assertWalIsWhole(address.url); // else the copy would silently lack a part
  const partial = `${file}.${crypto.randomUUID()}.partial`;
  try {
    await readOnly(address, async (client) => {
      // Before the copy, so that a failure shows which of the two files failed.
      const hasIds = await client
        .execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
        .catch((error) => {
          throw cannotOpen(address.url, error);
        });
      try {
        await rm(partial, { force: true });
        await client.execute({ sql: "VACUUM INTO ?", args: [partial] });
        if (hasIds.rows.length > 0) leaveOutIds(partial);
      } catch (error) {
        throw isDamage(error) ? cannotOpen(address.url, error) : copyError(path, error);
      }
    });
    const bytes = await flush(partial);
    assertMissing(path);
    await rename(partial, file);
    // Windows can't flush a folder, and need not.
    if (process.platform !== "win32") await flush(dirname(file));
    return bytes;
  } finally {
    await rm(partial, { force: true });
  }
}

function leaveOutIds(file: string): void {
  const copy = new Database(file);
  try {
    const ids = randomInt(idsLeftOut, 2 * idsLeftOut);
    copy.exec(`UPDATE sqlite_sequence SET seq = seq + ${ids} WHERE name IN ('event', 'alert')`);
  } finally {
    copy.close();
  }
}

/** What is wrong with the path of a copy, or the error itself. */
function copyError(path: string, error: unknown): unknown {
  const { code } = driverError(error) ?? (error as { readonly code?: unknown }); // as Node and the driver below throw them
  const why = refusals[String(code)];
  return why === undefined ? error : new CopyError(`The copy can't be written to ${path}: ${why}.`, { cause: error });
}

function assertMissing(path: string): void {
  if (existsSync(path)) throw new CopyError(`${path} is there already. Name a file that is not.`);
}

/** Waits until a file or a folder is on the disk. Resolves with its size. */
async function flush(path: string): Promise<number> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
