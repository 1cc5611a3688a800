import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openConnection } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { programs, type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

const [first = "bun", second = first] = runtimes;

/** What no server says of what other processes do by SQLite. */
const alarm = /not as they were|damaged|cut or written over|removed, moved or replaced/;

test("servers on one file raise no alarm for each other, for commands, checkpoints, a vacuum, kills and restarts", async () => {
  const file = join(temporaryFolder(), "shared.db");
  const databaseUrl = `file:${file}`;
  const servers: RunningServer[] = [];
  const start = async (runtime: typeof first) => {
    const server = await startServer(runtime, { databaseUrl });
    servers.push(server);
    return server;
  };
  const lasting = await start(first);
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let isOver = false;
  let count = 0;

  /** Until the server is gone, or all is over. */
  async function load({ port }: RunningServer): Promise<void> {
    const connection = await openConnection(port);
    try {
      while (!isOver) {
        const uid = String(count++);
        const asset = count % 4 === 0 ? "wiped" : "kept";
        const body = JSON.stringify({ metadata: { uid, text: "x".repeat((count % 50) * 400) }, partition: uid });
        const headers = [["content-type", "application/json"]] as const;
        const answer = await connection.send({ target: `/report_asset_materialization/${asset}`, headers, body });
        if (answer.status !== 200) refused.push(answer.body);
        else if (asset === "kept") acknowledged.push(uid);
      }
    } catch {
      // It was ended.
    } finally {
      connection.close();
    }
  }

  async function command(...args: readonly string[]): Promise<void> {
    const child = spawn(programs.bun, ["adapters/cli/runless.ts", ...args, "--database-url", databaseUrl]);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        said += chunk;
      });
    }
    const [code] = await once(child, "exit");
    expect([args[0], code, said]).toEqual([args[0], 0, said]);
  }

  /** By a SQLite of its own, as its shell would. */
  function checkpoint(mode: string): void {
    const database = new Database(file);
    database.run("PRAGMA busy_timeout = 5000");
    database.query(`PRAGMA wal_checkpoint(${mode})`).all();
    database.close();
  }

  const loads = [load(lasting), load(lasting)];
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const passing = await start(second);
    loads.push(load(passing));
    checkpoint("TRUNCATE");
    await command("report", "kept", "--metadata", `uid="${signal}"`);
    await command("wipe", "wiped", "--yes");
    checkpoint("RESTART");
    await command("prune", "--retain-days", "1", "--now");
    await command("backup", join(temporaryFolder(), "copy.db"));
    await command("vacuum");
    checkpoint("PASSIVE");
    await command("doctor");
    await passing.stop(signal);
  }
  isOver = true;
  await Promise.all(loads);
  const uids = new Map<string, number>();
  for await (const { metadata } of walkEvents(lasting.url)) {
    const uid = String(metadata.uid?.raw_value);
    uids.set(uid, (uids.get(uid) ?? 0) + 1);
  }
  expect(acknowledged.filter((uid) => uids.get(uid) !== 1)).toEqual([]);
  expect(refused.filter((body) => alarm.test(body))).toEqual([]);
  await lasting.stop();
  expect(servers.filter((server) => alarm.test(server.output())).map((server) => server.output())).toEqual([]);
  await command("doctor");
}, 120_000);
