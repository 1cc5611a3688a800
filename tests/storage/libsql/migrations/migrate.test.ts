import { describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { openEventLog, openStores } from "../../../../storage/index.ts";
import { migrate } from "../../../../storage/libsql/migrations/migrate.ts";
import { migrations } from "../../../../storage/libsql/migrations/migrations.ts";
import { messageIds } from "../../../contracts/sending.ts";
import { temporaryFolder } from "../../../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;
const versions = async (client: Client) =>
  (await client.execute("SELECT version FROM schema_version ORDER BY version")).rows.map((row) => row.version);
const all = migrations.map((_, i) => i + 1);

describe("migrations", () => {
  test("each run once, in order, however often the database is opened", async () => {
    const client = createClient({ url: newFile(), concurrency: 1 });
    await migrate(client);
    await migrate(client);
    expect(await versions(client)).toEqual(all);
    client.close();
  });

  test("run once when several processes open a new database together", async () => {
    const url = newFile();
    const clients = Array.from({ length: 4 }, () => createClient({ url, concurrency: 1 }));
    await Promise.all(clients.map(migrate));
    for (const client of clients) {
      expect(await versions(client)).toEqual(all);
      client.close();
    }
  });

  test("refuse a database from a newer version, and say what to do", async () => {
    const url = newFile();
    const client = createClient({ url, concurrency: 1 });
    await migrate(client);
    await client.execute("INSERT INTO schema_version VALUES (99)");
    client.close();
    await expect(openEventLog({ url })).rejects.toMatchObject({
      code: "unusable_database",
      message: expect.stringMatching(/schema version 99.*newer runless/),
    });
  });

  test.each(all)("open a database that schema version %d wrote, with all its events", async (version) => {
    const file = join(temporaryFolder(), "runless.db");
    copyFileSync(new URL(`../../../golden/version-${version}.db`, import.meta.url), file);
    const { log, definitions, sending } = await openStores({ url: `file:${file}` });
    const { events } = await log.query({}, { limit: 10, order: "asc" });
    expect(events.map(({ id, type, assetKey }) => [id, type, assetKey.join("/")])).toEqual([
      [1, "ASSET_MATERIALIZATION", "warehouse/orders"],
      [2, "ASSET_OBSERVATION", "warehouse/orders"],
      [3, "ASSET_CHECK_EVALUATION", "warehouse/orders"],
      [4, "ASSET_MATERIALIZATION", "warehouse/caf\u00e9/\u0000"],
    ]);
    expect(events[0]).toMatchObject({ partition: "2026-11-23", tags: { "dagster/data_version": "v1" } });
    expect((await log.asset(["warehouse", "orders"]))?.counts).toEqual({
      materializations: 1,
      observations: 1,
      checkEvaluations: 1,
      partitions: 1,
    });
    const { definitions: defined } = await definitions.list({}, { limit: 10 });
    const shared = { source: "team-a", revision: 1, changedAt: Date.UTC(2026, 10, 23) };
    expect(defined).toMatchObject(
      version < 6
        ? []
        : [
            { ...shared, definition: { prefix: ["warehouse"] }, definedAt: null },
            {
              ...shared,
              definition: { key: ["warehouse", "orders"], tags: { tier: "gold" } },
              definedAt: shared.changedAt,
            },
          ],
    );
    const isSending = version >= 8;
    expect(messageIds((await sending.deliveries({}, { limit: 10 })).deliveries)).toEqual(
      isSending ? ["msg_2", "msg_1"] : [],
    );
    expect((await sending.destinations()).map(({ name, eventCursor }) => [name, eventCursor])).toEqual(
      isSending ? [["loader", 3]] : [],
    );
    expect(await sending.requests()).toHaveLength(isSending ? 1 : 0);
    expect(await sending.lease()).toMatchObject({ holder: isSending ? "one" : null });
    await log.close();
  });
});
