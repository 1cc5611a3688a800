import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { materialization } from "../../../core/index.ts";
import type { LibsqlEventLog } from "../../../storage/index.ts";
import { createLogDatabase } from "../../../storage/libsql/create-log-database.ts";
import { openFileAccess } from "../../../storage/libsql/file/file-access.ts";
import { createLibsqlEventLog } from "../../../storage/libsql/libsql-event-log.ts";
import type { LogDatabase } from "../../../storage/libsql/log-database.ts";
import { noon } from "../../../storage/testing/declare-test.ts";
import { record } from "../../../storage/testing/event-log/harness.ts";
import { modelContract } from "../../../storage/testing/event-log/model.ts";
import { temporaryFolder } from "../../server.ts";

const options = { queue: { events: 1e9, bytes: 1e9 }, groupsAtOnce: 1 };

/** A log whose database a test gets into its hands. */
async function openWith(change: (database: LogDatabase) => LogDatabase, now: () => number, url = newUrl()) {
  return createLibsqlEventLog(change(createLogDatabase(await openFileAccess({ url }))), now, options);
}

function newUrl(): string {
  return `file:${join(temporaryFolder(), "runless.db")}`;
}

describe("while nothing is deleted of what wipes have hidden", () => {
  modelContract({ describe, test }, ({ now }) => openWith(deletingNothing, now), 60);

  test("no asset is told as changed by an event that a wipe has hidden and whose trace is pruned", async () => {
    const log = await openWith(deletingNothing, () => noon);
    await record(log, materialization("a"), ...["b", "a"].map((key) => materialization(key, { partition: "p" })));
    await log.wipe({ assetKey: ["b"], partition: "p" }, null);
    await log.wipe({ assetKey: ["a"], partition: "p" }, null);
    await log.prune({ events: { ASSET_WIPED: noon + 1 } });
    expect(await log.changesAfter?.(1)).toEqual({ newestId: 5, keys: [["a"]] });
    await log.close();
  });
});

describe("while what wipes have hidden is deleted row by row, between all else", () => {
  modelContract({ describe, test }, ({ now }) => openWith(deletingSlowly, now), 60);
});

describe("while the log is opened anew after every wipe, with some of what that hid deleted", () => {
  modelContract(
    { describe, test },
    async ({ now }) => {
      const url = newUrl();
      const open = () => openWith(deletingSlowly, now, url);
      const first = await open();
      let log = first;
      const methods = Object.keys(first).map((name) => {
        const call = (...args: readonly unknown[]) =>
          (log[name as keyof LibsqlEventLog] as (...args: readonly unknown[]) => unknown)(...args);
        return [name, call] as const;
      });
      return {
        ...(Object.fromEntries(methods) as unknown as LibsqlEventLog), // of all its methods
        wipe: async (target, by) => {
          const trace = await log.wipe(target, by);
          await log.close();
          log = await open();
          return trace;
        },
      };
    },
    40,
  );
});

function deletingNothing(database: LogDatabase): LogDatabase {
  return { ...database, findHidden: async () => [] };
}

/** Deletes one hidden event, at most, before each call. */
function deletingSlowly(database: LogDatabase): LogDatabase {
  async function deleteOne(): Promise<void> {
    const [hidden] = await database.findHidden();
    if (hidden === undefined) return;
    const { eventIds, wipedPartition } = hidden;
    const [first] = JSON.parse(eventIds) as readonly number[]; // as findHidden writes them
    const one = {
      ...hidden,
      eventIds: JSON.stringify(first === undefined ? [] : [first]),
      wipedPartition: wipedPartition && { ...wipedPartition, upToId: first ?? wipedPartition.upToId },
    };
    await database.deleteHidden([one]);
  }
  const methods = Object.entries(database).map(([name, method]) => {
    const call = async (...args: readonly unknown[]) => {
      if (name !== "close") await deleteOne();
      return (method as (...args: readonly unknown[]) => unknown)(...args);
    };
    return [name, call] as const;
  });
  return deletingNothing(Object.fromEntries(methods) as unknown as LogDatabase); // of all its methods
}
