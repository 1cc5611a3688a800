import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { materialization } from "../../../core/index.ts";
import { type EventLog, openLibsqlEventLog } from "../../../storage/index.ts";
import { noon } from "../../../storage/testing/declare-test.ts";
import { appendUnit, duplicate, keyed, readAll, record, recorded } from "../../../storage/testing/event-log/harness.ts";
import { temporaryFolder } from "../../server.ts";

const a = materialization("a");
const day = 24 * 60 * 60 * 1000;

describe("a libSQL file that is opened again", () => {
  let url = "";
  let log: EventLog | undefined;
  beforeEach(() => {
    url = `file:${join(temporaryFolder(), "runless.db")}`;
  });
  afterEach(() => log?.close());

  async function reopen(now: number): Promise<EventLog> {
    await log?.close();
    log = await openLibsqlEventLog({ url, now: () => now });
    return log;
  }

  test("goes on where it was: its name, its ids, its cursors", async () => {
    const before = await reopen(noon);
    await record(before, a, a, a);
    const name = await before.id();
    const { cursor } = await before.query({}, { order: "asc", limit: 2 });
    const after = await reopen(noon);
    expect(await after.id()).toBe(name);
    expect(await record(after, a)).toEqual([4]);
    const { events } = await after.query({}, { order: "asc", limit: 9, cursor: cursor ?? "" });
    expect(events.map(({ id }) => id)).toEqual([3, 4]);
  });

  test("never uses an id again: not after a wipe, not after a prune, not after a VACUUM", async () => {
    const before = await reopen(noon);
    await record(before, a, a);
    await before.wipe({ assetKey: ["a"] }, null);
    await before.close();
    const client = createClient({ url });
    await client.execute("DELETE FROM event");
    await client.execute("VACUUM");
    client.close();
    expect(await record(await reopen(noon), a)).toEqual([4]);
  });

  test("received_at never decreases with id, though the clock went back meanwhile", async () => {
    for (const days of [10, 0, -1, 11]) await record(await reopen(noon + days * day), a);
    const received = (await readAll(await reopen(noon))).map(({ receivedAt }) => receivedAt);
    expect(received).toEqual([10, 10, 10, 11].map((days) => noon + days * day));
  });

  test("still knows an idempotency key after seven days, and after more", async () => {
    expect(await appendUnit(await reopen(noon), keyed(a))).toEqual(recorded(1));
    for (const days of [7, 400])
      expect(await appendUnit(await reopen(noon + days * day), keyed(a))).toEqual(duplicate(1));
  });
});
