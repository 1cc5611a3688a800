import { describe } from "bun:test";
import { join } from "node:path";
import { openFileAccess } from "../../../storage/libsql/file-access.ts";
import { createLibsqlEventLog } from "../../../storage/libsql/libsql-event-log.ts";
import { createLogDatabase, type LogDatabase } from "../../../storage/libsql/log-database.ts";
import type { OpenEventLog } from "../../contracts/event-log/harness.ts";
import { modelContract } from "../../contracts/event-log/model.ts";
import { temporaryFolder } from "../../server.ts";

const options = {
  queue: { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY },
  groupsAtOnce: 1,
};

/** A log on a new file whose database a test gets into its hands. */
function openWith(change: (database: LogDatabase) => LogDatabase): OpenEventLog {
  return async ({ now }) => {
    const access = await openFileAccess({ url: `file:${join(temporaryFolder(), "runless.db")}` });
    return createLibsqlEventLog(change(createLogDatabase(access)), now, options);
  };
}

describe("while nothing is deleted of what wipes have hidden", () => {
  modelContract(
    openWith((database) => ({ ...database, findHidden: async () => undefined })),
    60,
  );
});

describe("while what wipes have hidden is deleted row by row, between all else", () => {
  modelContract(openWith(deletingSlowly), 60);
});

/** Deletes one hidden event, at most, before each call. */
function deletingSlowly(database: LogDatabase): LogDatabase {
  async function deleteOne(): Promise<void> {
    const hidden = await database.findHidden();
    if (hidden === undefined) return;
    const [first] = hidden.eventIds;
    const { wipedPartition } = hidden;
    await database.deleteHidden({
      ...hidden,
      eventIds: hidden.eventIds.slice(0, 1),
      wipedPartition: wipedPartition && { ...wipedPartition, upToId: first ?? wipedPartition.upToId },
    });
  }
  const slow = Object.entries(database).map(([name, method]) => [
    name,
    async (...args: readonly never[]) => {
      if (name !== "close") await deleteOne();
      return (method as (...args: readonly unknown[]) => unknown)(...args);
    },
  ]);
  return { ...Object.fromEntries(slow), findHidden: async () => undefined };
}
