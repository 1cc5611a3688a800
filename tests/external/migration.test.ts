import { beforeAll, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { materialization } from "../../core/index.ts";
import { type EventLog, openEventLog } from "../../storage/index.ts";
import { migrations } from "../../storage/libsql/migrations/migrations.ts";
import { type Runtime, startServer, temporaryFolder } from "../server.ts";

const old = join(temporaryFolder(), "version-1.db");
const copies = 5000;

/** A database of the first version with many events, all of them in its one file. */
beforeAll(async () => {
  copyFileSync(new URL("../golden/version-1.db", import.meta.url), old);
  const client = createClient({ url: `file:${old}`, concurrency: 1 });
  await client.execute(`
    INSERT INTO event (asset_id, kind, partition, timestamp, received_at, details)
    SELECT asset_id, kind, partition, timestamp, received_at, details FROM event, generate_series(1, ${copies}) WHERE id = 1`);
  await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
});

// A start under strace takes its time, so that some of the writes have to stand for all.
const runs: readonly (readonly [Runtime, number])[] = [
  ["bun", 4],
  ["node", 10],
];

test.each([...runs])(
  "a %s server that is killed at any of its writes while it migrates leaves a database that the next start migrates",
  async (runtime, step) => {
    let kills = 0;
    for (let write = 1; ; write += step) {
      const file = join(temporaryFolder(), "runless.db");
      copyFileSync(old, file);
      if (!(await diesAtWrite(runtime, file, write))) break;
      kills++;
      const log = await openEventLog({ url: `file:${file}` });
      expect(await idsOf(log)).toEqual(Array.from({ length: 4 + copies }, (_, i) => i + 1));
      const [result] = await log.append([[{ event: materialization("after") }]]);
      expect(result).toEqual({ status: "recorded", events: [{ id: 5 + copies, duplicate: false }] });
      await log.close();
      expect(await versionsOf(file)).toEqual(migrations.map((_, i) => i + 1));
    }
    expect(kills).toBeGreaterThan(15 / step);
  },
  240_000,
);

/** Whether the start came as far as its nth write to the database or flush of it, where it is killed. */
async function diesAtWrite(runtime: Runtime, file: string, n: number): Promise<boolean> {
  const calls = "pwrite64,fsync,fdatasync";
  const where = ["-P", file, "-P", `${file}-wal`];
  const strace = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", ...where, "-e", `trace=${calls}`];
  const under = [...strace, "-e", `inject=${calls}:signal=SIGKILL:when=${n}`];
  try {
    const server = await startServer(runtime, { databaseUrl: `file:${file}`, under });
    await server.stop();
    return false;
  } catch (error) {
    expect(String(error)).toContain("before it listened");
    return true;
  }
}

async function idsOf(log: EventLog): Promise<number[]> {
  const ids: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await log.query({}, { limit: 1000, order: "asc", cursor });
    ids.push(...page.events.map(({ id }) => id));
    if (!page.hasMore || page.cursor === null) return ids;
    cursor = page.cursor;
  }
}

async function versionsOf(file: string): Promise<unknown[]> {
  const client = createClient({ url: `file:${file}`, concurrency: 1 });
  const { rows } = await client.execute("SELECT version FROM schema_version ORDER BY version");
  client.close();
  return rows.map(({ version }) => version);
}
