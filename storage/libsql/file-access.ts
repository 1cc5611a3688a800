import type { Client } from "@libsql/client";
import { assertWritable, assertWrites } from "./assert-writable.ts";
import { type FileAddress, openConnection } from "./connection.ts";
import type { DatabaseAccess, Write } from "./database-access.ts";
import { databaseFile } from "./database-file.ts";
import { isDamage } from "./failures.ts";
import { fileGuard } from "./file-guard.ts";
import { FileWriter } from "./file-writer.ts";
import { firstLook } from "./first-look.ts";
import { assertLogIsWhole } from "./left-log.ts";
import { migrate } from "./migrate.ts";
import { openedFile } from "./opened-file.ts";
import { realFile } from "./real-file.ts";
import { reconnecting } from "./reconnecting.ts";
import { cannotOpen, storeError } from "./store-error.ts";
import { writeGroup } from "./write-group.ts";

/** Opens a database file, and creates or migrates it where no other connection of this process has it open. */
export async function openFileAccess(address: FileAddress): Promise<DatabaseAccess> {
  const { url, opened } = address;
  const file = databaseFile(url) ?? "";
  if (opened === undefined) {
    assertWritable(url);
    assertLogIsWhole(url);
  }
  const client = await openConnection(address);
  try {
    if (opened === undefined) await prepare(client, url);
  } catch (error) {
    client.close();
    throw isDamage(error) ? cannotOpen(url, error) : storeError(error, url);
  }

  const { use, close } = reconnecting({ ...address, opened: opened ?? openedFile(url) }, client);
  const real = realFile(file);
  let writer: FileWriter | undefined;
  const write: Write = (work) =>
    use((client) => {
      writer ??= new FileWriter(real); // for the first write, since a thread that only reads needs none
      return work(writer, client);
    });
  const guard = fileGuard(file);
  const record: Write = (work) => guard(() => write(work));

  return {
    file,
    read: use,
    write,
    record,
    writeGroup: (group) => record((writer) => writeGroup(writer, group)),
    close: async () => {
      await writer?.close();
      close();
    },
  };
}

async function prepare(client: Client, url: string): Promise<void> {
  const isMigrated = await migrate(client);
  // At once, so that the file has its tables even where its write-ahead log is lost. What reads meanwhile may prevent it.
  if (isMigrated) await client.executeMultiple("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => {});
  await firstLook(client);
  await assertWrites(client, url);
}
