import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import Database from "libsql";
import type { DatabaseAddress } from "./connection.ts";
import { driverError, isDamage } from "./failures.ts";
import { readOnly } from "./read-only.ts";
import { cannotOpen } from "./store-error.ts";

/** `backUp` can't write a file where it should: the message says why. */
export class CopyError extends Error {
  override readonly name = "CopyError";
}

const refusals: Readonly<Record<string, string>> = {
  SQLITE_CANTOPEN: "its folder must be there, and writable",
  SQLITE_FULL: "its disk is full",
};

/**
 * How many ids a copy leaves out. Where it takes the log's place, the ids given since stay with the events that are lost:
 * who follows the log misses nothing that is new, and no two events are exported under one key.
 */
const idsLeftOut = 10_000_000_000;

/**
 * Copies a database file, as it is at one moment, to the path `file`, and answers the copy's size in bytes once it is on
 * the disk. Whoever uses the database goes on meanwhile, and its write-ahead log grows until the copy is there. The copy
 * gives ids far above the log's own. Throws CopyError.
 */
export async function backUp(address: DatabaseAddress, file: string): Promise<number> {
  assertMissing(file);
  const partial = `${file}.${crypto.randomUUID()}.partial`;
  try {
    await readOnly(address, async (client) => {
      await client.execute("SELECT count(*) FROM sqlite_schema"); // or nobody could tell which of the two files failed
      await rm(partial, { force: true });
      await client.execute({ sql: "VACUUM INTO ?", args: [partial] }).catch((error) => {
        const why = refusals[driverError(error)?.code ?? ""];
        throw why === undefined
          ? error
          : new CopyError(`The copy can't be written to ${file}: ${why}.`, { cause: error });
      });
    }).catch((error) => {
      throw isDamage(error) ? cannotOpen(address.url, error) : error;
    });
    leaveOutIds(partial);
    const bytes = await flush(partial);
    assertMissing(file);
    await rename(partial, file);
    // Windows neither can nor need flush a folder.
    if (process.platform !== "win32") await flush(dirname(file));
    return bytes;
  } finally {
    await rm(partial, { force: true });
  }
}

function leaveOutIds(file: string): void {
  const copy = new Database(file);
  try {
    copy.exec(`UPDATE sqlite_sequence SET seq = seq + ${idsLeftOut} WHERE name = 'event'`);
  } finally {
    copy.close();
  }
}

function assertMissing(file: string): void {
  if (existsSync(file)) throw new CopyError(`${file} is there already. Name a file that is not.`);
}

/** Waits until a file or a folder is on the disk; answers its size. */
async function flush(path: string): Promise<number> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
