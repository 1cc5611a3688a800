import type { DefinitionStore } from "../definitions/definition-store.ts";
import type { EventLog } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import type { WatchStore } from "../watching/watch-store.ts";
import { type FileAddress, openConnection } from "./connection.ts";
import { createLogDatabase } from "./create-log-database.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { createLibsqlDefinitionStore } from "./definitions/libsql-definition-store.ts";
import { databaseFile } from "./file/database-file.ts";
import { reconnecting } from "./file/reconnecting.ts";
import type { AppendEncoded, DatabaseAddress, ReplaceEncoded } from "./libsql-options.ts";
import { createLibsqlReads, type EventLogReads } from "./read/libsql-reads.ts";
import { damageOf } from "./store-error.ts";
import { createLibsqlWatchStore } from "./watching/libsql-watch-store.ts";
import { encodeUnits, withReporters } from "./write/encode-units.ts";
import { inBuffers, unitResults } from "./write/group.ts";

/** The writes of a log that only reads. The log of this process that writes carries them out. */
export interface LogWrites {
  readonly replaceDefinitions: ReplaceEncoded;
  readonly append: AppendEncoded;
  readonly wipe: EventLog["wipe"];
}

export interface ReadingLogOptions extends FileAddress {
  readonly writes: LogWrites;
  /** Called if the file is found damaged. */
  readonly onDamage?: ((problem: string) => void) | undefined;
}

/** A log without its upkeep, on the thread that opened it. */
export interface ReadingLog extends EventLogReads, Pick<EventLog, "append" | "wipe" | "close"> {
  readonly definitions: DefinitionStore;
  /** It only reads. */
  readonly watching: WatchStore;
}

/**
 * Opens a second view of a log that another thread of this process has opened and migrated. It reads by a connection of
 * its own, on the calling thread. It encodes events before it passes them on to be written.
 */
export async function openReadingLog({ writes, onDamage, ...address }: ReadingLogOptions): Promise<ReadingLog> {
  const isRemote = databaseFile(address.url) === undefined;
  const access = isRemote ? await openRemote(address) : await openReadingAccess(address, onDamage);
  let isOpen = true;
  const assertOpen = () => {
    if (!isOpen) throw new EventLogError("closed", "The event log is closed.");
  };
  const database = createLogDatabase(access);
  return {
    ...createLibsqlReads(database, assertOpen),
    definitions: createLibsqlDefinitionStore(database, writes.replaceDefinitions),
    watching: createLibsqlWatchStore(database, Date.now),
    append: async (units, { reportedBy, ...options } = {}) => {
      assertOpen();
      const encoded = inBuffers(withReporters(encodeUnits(units, reportedBy)));
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

/** Loaded only here: reading a file does not need it. */
async function openRemote(address: DatabaseAddress): Promise<DatabaseAccess> {
  const { openRemoteAccess } = await import("./remote/remote-access.ts");
  return openRemoteAccess(address);
}

async function openReadingAccess(
  address: FileAddress,
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
    writeGroup: refuse,
    close: async () => close(),
  };
}
