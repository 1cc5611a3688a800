import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openLibsqlEventLog } from "../../storage/index.ts";
import { withBusyTimeout } from "../../storage/libsql/busy-timeout.ts";
import { openConnection } from "../../storage/libsql/connection.ts";
import { databaseFile } from "../../storage/libsql/file/database-file.ts";
import { migrations } from "../../storage/libsql/migrations/migrations.ts";
import { openRemoteClient } from "../../storage/libsql/remote/remote-client.ts";
import { newStandIn } from "../remote/test-database.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";

const newer = migrations.length + 1;

/** Migrates the database further, as a newer runless would. */
async function migrateFurther(url: string): Promise<void> {
  const client = databaseFile(url) === undefined ? await openRemoteClient({ url }) : await openConnection({ url });
  await withBusyTimeout(() => client.execute(`INSERT INTO schema_version VALUES (${newer})`));
  client.close();
}

const databases = {
  "a file": async () => ({ url: `file:${join(temporaryFolder(), "runless.db")}`, close: async () => {} }),
  "a remote database": () => newStandIn(),
};

describe.each(Object.entries(databases))("on %s", (_, open) => {
  test.each([...runtimes])(
    "a %s server under which a newer one migrates the database stops with a sentence, and exit code 1",
    async (runtime) => {
      const { url, close } = await open();
      const server = await startServer(runtime, { databaseUrl: url });
      const report = () => fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" });
      expect((await report()).status).toBe(200);
      await migrateFurther(url);
      expect(await server.ended).toBe(1);
      const sentence = `The database has schema version ${newer}, and this version of runless knows ${migrations.length} at most.`;
      expect(server.output()).toContain(`runless stops: ${sentence}`);
      expect(server.output()).toContain("runless has ended"); // in order: what it had accepted is answered
      await expect(startServer(runtime, { databaseUrl: url })).rejects.toThrow(`runless can't start: ${sentence}`);
      await close();
    },
    60_000,
  );
});

test("a log says that its database has become newer, and goes on reading until it is closed", async () => {
  const url = `file:${join(temporaryFolder(), "runless.db")}`;
  const log = await openLibsqlEventLog({ url });
  await log.assertKnownSchema();
  await migrateFurther(url);
  expect(await log.assertKnownSchema().catch((error) => error)).toMatchObject({ code: "unusable_database" });
  expect(await log.query({}, { limit: 1, order: "asc" })).toMatchObject({ events: [] });
  await log.close();
  expect(await log.assertKnownSchema().catch((error) => error)).toMatchObject({ code: "closed" });
});
