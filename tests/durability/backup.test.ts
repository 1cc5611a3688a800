import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { runCli } from "../adapters/cli/run-cli.ts";
import { startServer, temporaryFolder } from "../server.ts";
import { reportUntilClosed } from "./load.ts";
import { recount } from "./recount.ts";
import { distinctReports } from "./reports.ts";

test("a backup under load is a whole log up to some event, with all that was acknowledged before", async () => {
  const folder = temporaryFolder();
  const databaseUrl = `file:${join(folder, "live.db")}`;
  const file = join(folder, "copy.db");
  const server = await startServer("bun", { databaseUrl });
  let before = 0;
  let backup: ReturnType<typeof runCli> | undefined;
  const { acknowledged } = await reportUntilClosed(server.port, {
    connections: 8,
    reports: distinctReports("backup"),
    onAcknowledged: (count) => {
      if (count < 2_000 || backup !== undefined) return;
      before = count;
      backup = runCli(["backup", file, "--database-url", databaseUrl]).finally(() => server.process.kill("SIGTERM"));
    },
  });
  expect(await backup).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Copied file:\S+ to \S+: [\d.]+ [KM]B\.\n$/),
  });
  expect(await server.ended).toBe(0);
  expect(acknowledged.length).toBeGreaterThan(before);
  expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);

  const doctor = await runCli(["doctor", "--json", "--database-url", `file:${file}`]);
  expect(JSON.parse(doctor.stdout)).toMatchObject({ healthy: true, integrity: [], summaries: { wrong: 0 } });
  const restored = await startServer("bun", { databaseUrl: `file:${file}` });
  const { found, lastId, problems } = await recount(restored.url);
  expect(problems).toEqual([]);
  // Every id from the first to the last.
  expect([...found.values()].reduce((sum, times) => sum + times, 0)).toBe(lastId);
  const missing = acknowledged.slice(0, before).filter(({ uid }) => found.get(uid) !== 1);
  expect(missing).toEqual([]);
  // Whoever followed the log that was lost, to an id that the copy never had, is told what comes.
  const answer = await fetch(`${restored.url}/report_asset_materialization/after`, { method: "POST" });
  expect(answer.status).toBe(200);
  const following = `${restored.url}/api/v1/events?after=${lastId + acknowledged.length}`;
  const { events } = (await (await fetch(following)).json()) as {
    readonly events: readonly { readonly asset_key: readonly string[] }[];
  };
  expect(events.map((event) => event.asset_key)).toEqual([["after"]]);
  await restored.stop();
}, 60_000);

test("a backup leaves a file alone that is there already", async () => {
  const folder = temporaryFolder();
  const env = { RUNLESS_DATABASE_URL: `file:${join(folder, "live.db")}` };
  const file = join(folder, "copy.db");
  await runCli(["report", "a", "--create"], { env });
  expect((await runCli(["backup", file], { env })).exitCode).toBe(0);
  const hash = () => createHash("sha256").update(readFileSync(file)).digest("hex");
  const first = hash();
  await runCli(["report", "a"], { env });
  const { exitCode, stderr } = await runCli(["backup", file], { env });
  expect([exitCode, stderr]).toEqual([1, `runless: ${file} is there already. Name a file that is not.\n`]);
  expect(hash()).toBe(first);
}, 30_000);

test("a backup of a file that is damaged says so, and what to do", async () => {
  const folder = temporaryFolder();
  const url = `file:${join(folder, "live.db")}`;
  writeFileSync(join(folder, "live.db"), "no database".repeat(1000));
  const { exitCode, stderr } = await runCli(["backup", join(folder, "copy.db"), "--database-url", url]);
  expect([exitCode, stderr]).toEqual([
    3,
    `runless: The database ${url} is damaged (SQLITE_NOTADB: file is not a database). Look at it with runless doctor --database-url ${url}, and go back to a backup.\n`,
  ]);
  expect(readdirSync(folder)).toEqual(["live.db"]);
}, 30_000);

test("a backup into a folder that is not there says so", async () => {
  const env = { RUNLESS_DATABASE_URL: `file:${join(temporaryFolder(), "live.db")}` };
  await runCli(["report", "a", "--create"], { env });
  const { exitCode, stderr } = await runCli(["backup", "nodir/x.db"], { env });
  expect([exitCode, stderr]).toEqual([
    1,
    "runless: The copy can't be written to nodir/x.db: its folder must be there, and writable.\n",
  ]);
}, 30_000);

test("a backup through a link holds what lies in the write-ahead log, which is beside the file itself", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "real"));
  writeFileSync(join(folder, "real", "live.db"), "");
  symlinkSync(join("real", "live.db"), join(folder, "link.db"));
  const env = { RUNLESS_DATABASE_URL: `file:${join(folder, "link.db")}` };
  const server = await startServer("bun", { databaseUrl: env.RUNLESS_DATABASE_URL });
  for (const key of ["a", "b"]) await fetch(`${server.url}/report_asset_materialization/${key}`, { method: "POST" });
  const { exitCode } = await runCli(["backup", join(folder, "copy.db")], { env });
  const doctor = await runCli(["doctor", "--json"], { env });
  await server.stop();
  expect(exitCode).toBe(0);
  expect(JSON.parse(doctor.stdout)).toMatchObject({ healthy: true, summaries: { wrong: 0 } });
  const { stdout } = await runCli(["assets", "--json", "--database-url", `file:${join(folder, "copy.db")}`]);
  const { assets } = JSON.parse(stdout) as { readonly assets: readonly { readonly asset_key: readonly string[] }[] };
  expect(assets.map((asset) => asset.asset_key)).toEqual([["a"], ["b"]]);
}, 30_000);

test("a backup of a database that no runless has made is a copy of it, too", async () => {
  const folder = temporaryFolder();
  const other = new Database(join(folder, "other.db"));
  other.exec("CREATE TABLE other (id INTEGER PRIMARY KEY)");
  other.close();
  const { exitCode } = await runCli([
    "backup",
    join(folder, "copy.db"),
    "--database-url",
    `file:${join(folder, "other.db")}`,
  ]);
  expect(exitCode).toBe(0);
}, 30_000);
