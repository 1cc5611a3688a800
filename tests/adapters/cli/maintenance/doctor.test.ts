import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createClient } from "@libsql/client";
import { RunlessInstance } from "../../../../adapters/index.ts";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { openStores } from "../../../../storage/index.ts";
import { migrations } from "../../../../storage/libsql/migrations/migrations.ts";
import { destinationRow } from "../../../contracts/sending.ts";
import { runtimes, startServer, temporaryFolder } from "../../../server.ts";
import { patience, runCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const newFile = () => join(temporaryFolder(), "log 100%.db");
const urlOf = (file: string) => `file:${encodeURI(file)}`;
const doctor = (file: string, ...args: string[]) => runCli(["doctor", "--database-url", urlOf(file), ...args]);

/** A database at rest, with six summaries. */
async function soundLog(events = 1): Promise<string> {
  const file = newFile();
  await using instance = await RunlessInstance.get({ databaseUrl: urlOf(file) });
  const built = materialization("a", { partition: "p", dataVersion: "v", description: "x".repeat(200) });
  await instance.reportRunlessAssetEvents([
    ...Array(events).fill(built),
    checkEvaluation("a", { checkName: "c", passed: true }),
    materialization("b"),
  ]);
  await instance.wipeAssets(["b"]);
  return atRest(file);
}

async function execute(file: string, sql: string): Promise<string> {
  const client = createClient({ url: urlOf(file) });
  await client.execute(sql);
  client.close();
  return atRest(file);
}

/** A copy of it with nothing left in a WAL: the driver keeps one until the process ends. */
async function atRest(file: string): Promise<string> {
  const client = createClient({ url: urlOf(file) });
  await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
  const copy = newFile();
  copyFileSync(file, copy);
  return copy;
}

function contents(file: string): readonly (readonly [string, string])[] {
  const folder = dirname(file);
  return readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), "base64")]);
}

function damaged(file: string, page: number): string {
  const bytes = readFileSync(file);
  bytes.fill(0xff, (page - 1) * 4096 + (page === 1 ? 100 : 0), page * 4096);
  writeFileSync(file, bytes);
  return file;
}

test("a sound database is found sound, and 0 says so", async () => {
  const file = await soundLog();
  const { exitCode, stdout } = await doctor(file, "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    database: urlOf(file),
    healthy: true,
    integrity: [],
    schema_version: migrations.length,
    pending_migrations: 0,
    free_bytes: expect.any(Number),
    summaries: { recounted: 6, wrong: 0 },
    destinations: [],
    advice: expect.any(Array),
  });
});

test("a summary that lies is found, what to do is said, and the exit code is 1", async () => {
  const file = await execute(await soundLog(), "UPDATE summary SET events = events + 1 WHERE scope = 1");
  const { exitCode, stdout } = await doctor(file);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/summaries +look +6 recounted, 1 wrong/);
  expect(stdout).toContain("`runless import` into a new database");
});

test.each([1, 2, 5, 9])("damage to page %d is found, what to do is said, and the exit code is 1", async (page) => {
  const { exitCode, stdout, stderr } = await doctor(damaged(await soundLog(100), page));
  expect([exitCode, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/integrity +look +\d+ found wrong, first \S/);
  expect(stdout).toMatch(/schema +(unknown +unreadable|ok +version)/);
  expect(stdout).toMatch(/summaries +unknown +not recounted/);
  expect(stdout).toContain("The file is damaged. Stop what writes to it,");
  expect(stdout).toContain("restore the latest backup. Without one,");
  expect(stdout).toContain("`sqlite3 runless.db .recover | sqlite3 recovered.db`");
});

test("a database of an older version is told, not migrated, and the exit code is 0", async () => {
  const file = newFile();
  copyFileSync(new URL("../../../golden/version-1.db", import.meta.url), file);
  const before = contents(file);
  const { exitCode, stdout } = await doctor(file);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`schema +look +version 1, ${migrations.length - 1} migrations to come`));
  expect(stdout).toContain("brings it up to date");
  expect(contents(file)).toEqual(before);
});

describe("what can't be examined has the exit code 3:", () => {
  const foreign = () => execute(newFile(), "CREATE TABLE place (name TEXT)");
  const newer = async () => execute(await soundLog(), "INSERT INTO schema_version VALUES (99)");
  const refused: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
    ["a file that is not there", newFile, /^runless: There is no database file:.+ Name one with --database-url/],
    ["a file that is no database", () => written("no database ".repeat(1000)), / is not a database, .+ Name another/],
    ["a file that has another header", async () => headless(await soundLog()), / is not a database, .+ restore a copy/],
    ["an empty file", () => written(""), /^runless: There is no event log in .+ Name another database/],
    ["another program's database", foreign, /^runless: There is no event log in .+ Name another database/],
    ["a newer runless's", newer, /schema version 99, .+ Use the newer runless that wrote it/],
  ];

  function written(text: string): string {
    const file = newFile();
    writeFileSync(file, text);
    return file;
  }
  function headless(file: string): string {
    writeFileSync(file, Buffer.concat([Buffer.alloc(100, 1), readFileSync(file).subarray(100)]));
    return file;
  }

  test.each([...refused])("%s", async (_, prepare, sentence) => {
    const file = await prepare();
    const before = contents(file);
    const { exitCode, stdout, stderr } = await doctor(file);
    expect([exitCode, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(sentence);
    expect(contents(file)).toEqual(before);
  });
});

describe.each([...runtimes])("on %s the doctor changes nothing", (runtime) => {
  const examine = async (file: string) => {
    const { exitCode, stdout } = await runCli(["doctor", "--json", "--database-url", urlOf(file)], { runtime });
    return [exitCode, JSON.parse(stdout).summaries];
  };

  test("of a database at rest, and makes no file", async () => {
    const file = await soundLog();
    const before = contents(file);
    expect(await examine(file)).toEqual([0, { recounted: 6, wrong: 0 }]);
    expect(contents(file)).toEqual(before);
    expect(before).toHaveLength(1);
  });

  test("of a database that a server has open or was killed over, and sees what is in its WAL", async () => {
    const file = newFile();
    const server = await startServer(runtime, { databaseUrl: urlOf(file) });
    await fetch(`${server.url}/report_asset_materialization/a?partition=p`, { method: "POST" });
    const lasting = () => contents(file).filter(([name]) => !name.endsWith("-shm"));
    expect(await examine(file)).toEqual([0, { recounted: 2, wrong: 0 }]);
    await server.stop("SIGKILL");
    // From here on: a server notes by itself when it looked at what may expire.
    const before = lasting();
    expect(await examine(file)).toEqual([0, { recounted: 2, wrong: 0 }]);
    expect(lasting()).toEqual(before);
    expect(existsSync(`${file}-wal`)).toBe(true);
  });
});

test("a file of destinations that differs from that of the server which sends is found", async () => {
  const file = await soundLog();
  const own = join(dirname(file), "destinations.yaml");
  writeFileSync(own, "destinations: []\n");
  const fileHash = createHash("sha256").update("destinations: []\n").digest("hex");
  const { sending, log } = await openStores({ url: urlOf(file) });
  await sending.takeLease({ holder: "one", fileHash }, await sending.lease());
  await log.close();
  const asked = ["doctor", "--database-url", urlOf(file), "--destinations", own];
  expect((await runCli(asked)).stdout).not.toContain("destinations file");
  writeFileSync(own, "destinations: [] # another\n");
  expect((await runCli(asked)).stdout).toContain("has another file of destinations than");
});

test("a destination that is not told is found, and why; one that was paused is not", async () => {
  const file = await soundLog();
  const { sending, log } = await openStores({ url: urlOf(file) });
  const fence = (await sending.takeLease({ holder: "one", fileHash: "a" }, await sending.lease())) ?? 0;
  const failing = { failures: 3, reason: "it answered 500" };
  await sending.commit(fence, {
    destinations: [
      destinationRow("gone", { status: "disabled", reason: "it answered 410" }),
      destinationRow("failing", failing),
      destinationRow("paused", { ...failing, status: "paused" }),
      destinationRow("left", { ...failing, leftAt: 5 }),
      destinationRow("well"),
    ],
  });
  await log.close();
  const { exitCode, stdout } = await doctor(file);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("The destination failing is not told now: it answered 500.");
  expect(stdout).toContain("The destination gone is not told now: it answered 410.");
  expect(stdout).not.toMatch(/destination (paused|left|well)/);
});
