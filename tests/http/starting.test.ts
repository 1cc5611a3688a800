import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { portToReturnTo, runtimes, startServer, temporaryFolder } from "../server.ts";

describe.each([...runtimes])("a %s server whose database takes long to open", (runtime) => {
  test("lives, is not ready, and refuses reports until it can record them", async () => {
    const databaseUrl = `file:${join(temporaryFolder(), "slow.db")}`;
    const other = createClient({ url: databaseUrl, concurrency: 1 });
    await other.executeMultiple("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; CREATE TABLE x (y);");
    const lock = await other.transaction("write"); // the migration waits for it
    const port = await portToReturnTo();
    const url = `http://127.0.0.1:${port}`;
    const starting = startServer(runtime, { databaseUrl, args: ["--port", String(port)] });
    try {
      await until(() => isAlive(url));
      const ready = await fetch(`${url}/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        503,
        { ready: false, reason: "The server is starting: its database is being opened or migrated." },
      ]);
      const report = await fetch(`${url}/report_asset_materialization/a`, { method: "POST", body: "x".repeat(10_000) });
      expect([report.status, report.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await report.json()).toMatchObject({ error: expect.stringContaining("starting") });
    } finally {
      lock.close();
      other.close();
    }
    const server = await starting;
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect((await fetch(`${url}/report_asset_materialization/a`, { method: "POST" })).status).toBe(200);
    await server.stop();
  }, 30_000);

  test("leaves the database alone where its port is taken", async () => {
    const taken = await startServer(runtime);
    const file = join(temporaryFolder(), "untouched.db");
    const second = startServer(runtime, { databaseUrl: `file:${file}`, args: ["--port", String(taken.port)] });
    await expect(second).rejects.toThrow(
      /ended with 1 .*can't listen on 127\.0\.0\.1, port \d+: another program does\. Name another port with --port/s,
    );
    expect(await Bun.file(file).exists()).toBe(false);
    await taken.stop();
  }, 30_000);
});

async function isAlive(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
