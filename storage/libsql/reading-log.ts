import { resolve } from "node:path";
import type { EventLog } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { openConnection } from "./connection.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { databaseFile } from "./database-file.ts";
import { encodeUnits } from "./encode-units.ts";
import { identity } from "./file-guard.ts";
import { inBuffers, unitResults } from "./group.ts";
import type { AppendEncoded, DatabaseAddress } from "./libsql-options.ts";
import { createLibsqlReads, type EventLogReads } from "./libsql-reads.ts";
import { createLogDatabase } from "./log-database.ts";
import { reconnecting } from "./reconnecting.ts";
import { openRemoteAccess } from "./remote-access.ts";
import { damageOf } from "./store-error.ts";

/** Where a log that only reads sends what is to be written: to the log of this process that writes. */
export interface LogWrites {
  readonly append: AppendEncoded;
  readonly wipe: EventLog["wipe"];
}

export interface ReadingLogOptions extends DatabaseAddress {
  readonly writes: LogWrites;
  /** What `databaseIdentity` answered once the log was opened that this one is beside. */
  readonly identity?: string | undefined;
  /** Told where the file turns out to be damaged. */
  readonly onDamage?: ((problem: string) => void) | undefined;
}

/** A log without its upkeep, on the thread that opened it. */
export interface ReadingLog extends EventLogReads, Pick<EventLog, "append" | "wipe" | "close"> {}

/**
 * Opens a second view of a log that another thread of this process has opened and migrated. It reads by a connection of
 * its own, on the calling thread, and encodes what is appended before it hands that on.
 */
export async function openReadingLog(options: ReadingLogOptions): Promise<ReadingLog> {
  const { writes, onDamage, identity: expected, ...address } = options;
  // SQLite would make a new file where there is none.
  if (databaseIdentity(address.url) !== expected) {
    const problem = "was removed, moved or replaced while it was open. Put it back, or start runless again.";
    throw new EventLogError("unavailable", `The database ${address.url} ${problem}`);
  }
  const isRemote = databaseFile(address.url) === undefined;
  const access = isRemote ? await openRemoteAccess(address) : await openReadingAccess(address, onDamage);
  let isOpen = true;
  const assertOpen = () => {
    if (!isOpen) throw new EventLogError("closed", "The event log is closed.");
  };
  return {
    ...createLibsqlReads(createLogDatabase(access), assertOpen),
    append: async (units, options) => {
      assertOpen();
      const encoded = inBuffers(encodeUnits(units));
      return unitResults(await writes.append(encoded, options), encoded.sizes);
    },
    wipe: async (target, by) => {
      assertOpen();
      return writes.wipe(target, by);
    },
    close: async () => {
      isOpen = false;
      await access.close();
    },
  };
}

/** Which file a database is now; undefined for one that is no file. */
export function databaseIdentity(url: string): string | undefined {
  const file = databaseFile(url);
  return file === undefined ? undefined : identity(resolve(file));
}

async function openReadingAccess(
  address: DatabaseAddress,
  onDamage: ReadingLogOptions["onDamage"],
): Promise<DatabaseAccess> {
  const { url } = address;
  const { use, close } = reconnecting(address, await openConnection(address));
  const refuse = () => Promise.reject(new EventLogError("unavailable", `This connection to ${url} only reads.`));
  return {
    file: databaseFile(url),
    read: async (work) => {
      try {
        return await use(work);
      } catch (error) {
        const problem = damageOf(error, url);
        if (problem !== undefined) onDamage?.(problem);
        throw error;
      }
    },
    write: refuse,
    record: refuse,
    writeGroup: refuse,
    close: async () => close(),
  };
}
