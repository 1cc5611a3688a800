import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { materialization } from "../../../core/index.ts";
import { type EventLog, openEventLog } from "../../../storage/index.ts";
import { temporaryFolder } from "../../server.ts";

// libsql-client-ts#352: after one SQLITE_BUSY the driver answers ok to inserts that it never commits.
describe("another connection that holds the write lock", () => {
  let log: EventLog;
  let other: Client;
  afterEach(async () => {
    await log.close();
    other.close();
  });

  async function open(): Promise<void> {
    const url = `file:${join(temporaryFolder(), "runless.db")}`;
    log = await openEventLog({ url });
    other = createClient({ url, concurrency: 1 });
  }

  test("delays appends until it lets go, and loses none of those acknowledged then or later", async () => {
    await open();
    const held = await other.transaction("write");
    const blocked = ["a", "b", "c"].map((part) => log.append([[{ event: materialization(part) }]]));
    const first = await Promise.race([Promise.all(blocked).then(() => "appended"), ticks(20).then(() => "waiting")]);
    expect(first).toBe("waiting");
    await held.commit();
    await Promise.all(blocked);
    for (const part of ["d", "e", "f", "g", "h"]) await log.append([[{ event: materialization(part) }]]);
    const { rows } = await other.execute("SELECT count(*) AS events FROM event");
    expect(rows[0]?.events).toBe(8);
  });

  test("never freezes the event loop, and leaves reads as they are", async () => {
    await open();
    await log.append([[{ event: materialization("a") }]]);
    const held = await other.transaction("write");
    const blocked = log.append([[{ event: materialization("b") }]]);
    for (let i = 0; i < 20; i++) expect(await log.get(1)).toMatchObject({ assetKey: ["a"] });
    await held.rollback();
    await blocked;
    expect(await log.get(2)).toMatchObject({ assetKey: ["b"] });
  });

  test("past all patience makes appends fail as unavailable, recorded not then and not later", async () => {
    await open();
    const held = await other.transaction("write");
    const blocked = log.append([[{ event: materialization("a") }]]);
    await expect(blocked).rejects.toMatchObject({ code: "unavailable" });
    await held.rollback();
    const [result] = await log.append([[{ event: materialization("b") }]]);
    expect(result).toEqual({ status: "recorded", events: [{ id: 1, duplicate: false }] });
  }, 30_000);
});

/** Lets the event loop go round: it would not come back if something blocked it. */
async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}
