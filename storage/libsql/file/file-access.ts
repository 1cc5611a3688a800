import type { Client } from "@libsql/client";
import { type FileAddress, openConnection } from "../connection.ts";
import type { DatabaseAccess, Write } from "../database-access.ts";
import { isDamage } from "../failures.ts";
import { migrate } from "../migrations/migrate.ts";
import { cannotOpen, storeError } from "../store-error.ts";
import { writeGroup } from "../write/write-group.ts";
import { assertWritable, assertWrites } from "./assert-writable.ts";
import { databaseFile } from "./database-file.ts";
import { FileGuard, type FileGuardOptions } from "./file-guard.ts";
import { FileWriter } from "./file-writer.ts";
import { assertWalIsWhole } from "./leftover-wal.ts";
import { openedFile, realFile } from "./opened-file.ts";
import { reconnecting } from "./reconnecting.ts";

/** Opens a database file. Creates or migrates it unless another connection of this process has it open. */
export async function openFileAccess(address: FileAddress, guarding: FileGuardOptions = {}): Promise<DatabaseAccess> {
  const { url, opened } = address;
  const file = databaseFile(url) ?? "";
  if (opened === undefined) {
    assertWritable(url);
    assertWalIsWhole(url);
  }
  const client = await openConnection(address);
  try {
    if (opened === undefined) await prepare(client, url);
  } catch (error) {
    client.close();
    throw isDamage(error) ? cannotOpen(url, error) : storeError(error, url);
  }

  const { use, close } = reconnecting({ ...address, opened: opened ?? openedFile(url) }, client);
  // A thread that only reads needs no guard.
  const guard = opened === undefined ? new FileGuard(file, guarding) : undefined;
  const writer = guard && new FileWriter(realFile(file), guard);
  const write: Write = (work) =>
    use((client) => {
      if (writer === undefined) throw new Error(`This connection to ${file} only reads.`);
      return work(writer, client);
    });

  return {
    file,
    read: use,
    write,
    writeGroup: (group) => write((writer) => writeGroup(writer, group)),
    close: async () => {
      await writer?.close();
      if (guard?.isDamaged !== true) close(); // closing the last connection checkpoints the WAL
    },
  };
}

async function prepare(client: Client, url: string): Promise<void> {
  const isMigrated = await migrate(client);
  // Done at once, so that the file has its tables even if its write-ahead log is lost. A reader may prevent it.
  if (isMigrated) await client.executeMultiple("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => {});
  await quickCheck(client);
  await assertWrites(client, url);
}

/**
 * Reads one row of every table, so that a damaged file is refused at the start, and not by the first report. It takes
 * no longer on a large file than on a small one, and so does not find all damage: `runless doctor` reads everything.
 */
async function quickCheck(client: Client): Promise<void> {
  const { rows } = await client.execute("SELECT name FROM sqlite_schema WHERE type = 'table'");
  for (const { name } of rows) await client.execute(`SELECT * FROM "${name}" ORDER BY 1 DESC LIMIT 1`);
}
