import { setTimeout as delay } from "node:timers/promises";
import { EventLogError } from "../../event-log-error.ts";
import { withBusyTimeout } from "../busy-timeout.ts";
import { openConnection } from "../connection.ts";
import { driverError } from "../failures.ts";
import { assertWritable } from "../file/assert-writable.ts";
import { overfullWal } from "../file/checkpointer.ts";
import type { DatabaseAddress } from "../libsql-options.ts";
import { type DatabaseSize, readSize } from "../read/assets/read-stats.ts";
import { pauseBetweenDeletions as pause } from "./wipe/purge.ts";

/** The most pages that one step gives back, since a server that writes meanwhile waits for it. */
const pagesPerStep = 1000;
/** `auto_vacuum` of a database that runless created. */
const incremental = 2;

/** The size in bytes at which the write-ahead log is moved into the file and restarts. */
const mostMoved = overfullWal * 4096;

/**
 * Gives a database file's free pages back to the file system, step by step. Calls `onStep` with the size before each
 * step and at the end.
 */
export async function vacuum(address: DatabaseAddress, onStep: (size: DatabaseSize) => void): Promise<void> {
  assertWritable(address.url);
  const client = await openConnection(address);
  try {
    const { rows } = await client.execute("PRAGMA auto_vacuum");
    if (rows[0]?.auto_vacuum !== incremental) {
      throw new EventLogError(
        "unusable_database",
        `The database ${address.url} was not made by runless, and can't be made smaller where it is. A backup of it holds no free pages.`,
      );
    }
    let size = await readSize(client);
    // The number is fixed at the start: on a busy server there are always some more.
    let left = size.free;
    while (left > 0 && size.free > 0) {
      onStep(size);
      // Not prepared: the driver would run a prepared one for a single step, which gives back one page.
      await withBusyTimeout(() => client.executeMultiple(`PRAGMA incremental_vacuum(${pagesPerStep});`)).catch(
        (error) => {
          throw driverError(error)?.code === "SQLITE_FULL" ? diskFull(size.free, error) : error;
        },
      );
      const before = size;
      size = await readSize(client);
      if (size.all >= before.all) break;
      left -= before.all - size.all;
      await delay(pause);
    }
    // The file itself gets smaller with a checkpoint: with this one, or the next if readers prevent it.
    await client.executeMultiple("PRAGMA wal_checkpoint(TRUNCATE);");
    onStep(size);
  } finally {
    client.close();
  }
}

// For each page that is given back at most one other is moved.
function diskFull(free: number, cause: unknown): EventLogError {
  const megabytes = Math.ceil(Math.min(free, mostMoved) / 2 ** 20);
  const sentence = `The disk is full. What vacuum moves is written to the write-ahead log before the file gets smaller: make up to ${megabytes} MB of room, and run it again.`;
  return new EventLogError("unavailable", sentence, { cause });
}
