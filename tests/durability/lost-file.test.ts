import { describe, expect, test } from "bun:test";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sendRaw } from "../raw-http.ts";
import { eventsOf } from "../read-events.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";

describe.each([...runtimes])("a %s server", (runtime) => {
  async function start() {
    const file = join(temporaryFolder(), "runless.db");
    const server = await startServer(runtime, { databaseUrl: `file:${file}` });
    const report = (key: string) => sendRaw(server.port, { target: `/report_asset_materialization/${key}` });
    expect((await report("before")).status).toBe(200);
    return { file, server, report };
  }

  test("whose database was moved away answers reports with 503, reads as before, and works again once it is back", async () => {
    const { file, server, report } = await start();
    const files = [file, `${file}-wal`, `${file}-shm`];
    for (const name of files) renameSync(name, `${name}.away`);
    for (let i = 0; i < 3; i++) {
      const { status, headers, body } = await report("meanwhile");
      expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
      expect(JSON.parse(body).error).toStartWith(`The database's file ${file} was removed, moved or replaced`);
    }
    expect(await eventsOf(server.url, ["before"])).toHaveLength(1);
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    for (const name of files) renameSync(`${name}.away`, name);
    expect((await report("after")).status).toBe(200);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    await server.stop("SIGKILL");

    const restarted = await startServer(runtime, { databaseUrl: `file:${file}` });
    expect(await eventsOf(restarted.url, ["before"])).toHaveLength(1);
    expect(await eventsOf(restarted.url, ["after"])).toHaveLength(1);
    await restarted.stop();
  });

  test.each([
    ["file", ""],
    ["write-ahead log", "-wal"],
  ])("whose database lost its %s never says again that something is recorded", async (_, suffix) => {
    const { file, server, report } = await start();
    rmSync(file + suffix);
    const another = await startServer(runtime, { databaseUrl: `file:${file}` }).catch(() => undefined);
    for (let i = 0; i < 3; i++) expect((await report("lost")).status).toBe(503);
    await another?.stop();
    await server.stop();
  });
});
