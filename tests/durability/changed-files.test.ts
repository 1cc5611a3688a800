import { Database, SQLiteError } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openConnection } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { programs, type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

const few = 30;

interface Fixture {
  readonly file: string;
  readonly server: RunningServer;
  /** Reports once, and keeps what was answered 200. */
  report(): Promise<{ readonly status: number; readonly body: string }>;
  readonly acknowledged: string[];
  close(): void;
}

async function start(runtime: (typeof runtimes)[number], file = join(temporaryFolder(), "runless.db")) {
  const server = await startServer(runtime, { databaseUrl: `file:${file}` });
  const connection = await openConnection(server.port);
  const acknowledged: string[] = [];
  let count = 0;
  const report = async () => {
    const uid = `${server.port}/${count++}`;
    const body = JSON.stringify({ metadata: { uid, text: "x".repeat(2000) } });
    const headers = [["content-type", "application/json"]] as const;
    const answer = await connection.send({ target: "/report_asset_materialization/changed", headers, body });
    if (answer.status === 200) acknowledged.push(uid);
    return answer;
  };
  for (let i = 0; i < few; i++) expect((await report()).status).toBe(200);
  return { file, server, report, acknowledged, close: () => connection.close() } satisfies Fixture;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20);
}

const ready = async ({ url }: RunningServer) => {
  const answer = await fetch(`${url}/ready`);
  return { status: answer.status, reason: await answer.text() };
};

async function uidsOf({ url }: RunningServer): Promise<string[]> {
  const events = await Array.fromAsync(walkEvents(url));
  return events.map(({ metadata }) => String(metadata.uid?.raw_value));
}

/** Resolves when all that the log holds is in the file: what is read without the log is what was acknowledged. */
async function isMoved({ file, acknowledged }: Fixture): Promise<boolean> {
  const copy = join(temporaryFolder(), "copy.db");
  copyFileSync(file, copy);
  const database = new Database(copy);
  try {
    const { count } = database.query("SELECT count(*) AS count FROM event").get() as { count: number };
    return count >= acknowledged.length;
  } catch (error) {
    // The copy was made while the log was being moved, which may take half of it.
    if (error instanceof SQLiteError && error.code === "SQLITE_CORRUPT") return false;
    throw error;
  } finally {
    database.close();
  }
}

function overwrite(file: string, from: number, bytes: Uint8Array): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
}

const noise = (length: number) => crypto.getRandomValues(new Uint8Array(Math.min(length, 65_536)));

/** The log of another database, as a server leaves it that was killed. */
async function otherLog(): Promise<string> {
  const { file, server, close } = await start("bun");
  close();
  await server.stop("SIGKILL");
  return `${file}-wal`;
}

type Change = (log: string) => void | Promise<void>;
const changes: readonly (readonly [string, Change])[] = [
  ["cut to nothing", (log) => truncateSync(log, 0)],
  ["cut in half", (log) => truncateSync(log, Math.floor(statSync(log).size / 2))],
  ["written over with zeroes", (log) => overwrite(log, 0, new Uint8Array(statSync(log).size))],
  ["written over with noise", (log) => overwrite(log, 0, noise(statSync(log).size))],
  ["written over with noise in its midst", (log) => overwrite(log, 40_000, noise(1000))],
  ["written over with another database's", async (log) => copyFileSync(await otherLog(), log)],
];
const cases = runtimes.flatMap((runtime) => changes.map(([name, change]) => [name, runtime, change] as const));

describe("a write-ahead log that is", () => {
  test.each(cases)(
    "%s under a running %s server: one more group is answered at most, then 503, and no start without a word",
    async (_, runtime, change) => {
      const { file, server, report, acknowledged, close } = await start(runtime);
      await change(`${file}-wal`);
      const before = acknowledged.length;
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await report());
      expect(acknowledged.length - before).toBeLessThanOrEqual(1);
      const [{ status, body }] = answers.slice(-1) as [(typeof answers)[number]];
      expect(status).toBe(503);
      expect(JSON.parse(body).error).toStartWith(
        `The write-ahead log ${file}-wal was cut or written over while it was`,
      );
      expect(await ready(server)).toEqual({ status: 503, reason: expect.stringContaining("Stop runless") });
      expect(server.output()).toContain("the database's files are not as they were");
      const whole = readFileSync(file);
      close();
      await server.stop();
      expect(readFileSync(file).equals(whole)).toBe(true);

      const databaseUrl = `file:${file}`;
      await expect(startServer(runtime, { databaseUrl })).rejects.toThrow(
        `runless can't start: The write-ahead log ${file}-wal of the database ${databaseUrl} is damaged`,
      );
      renameSync(`${file}-wal`, `${file}-wal.kept`);
      const again = await startServer(runtime, { databaseUrl });
      await again.stop();
    },
    60_000,
  );

  test.each(
    runtimes.flatMap((runtime) => changes.slice(0, 3).map(([name, change]) => [name, runtime, change] as const)),
  )(
    "%s under a %s server that nobody reports to makes it not ready",
    async (_, runtime, change) => {
      const { file, server, close } = await start(runtime);
      await change(`${file}-wal`);
      const isNoticed = async () => (await ready(server)).reason.includes("was cut or written over");
      await until(isNoticed);
      close();
      await server.stop("SIGKILL");
      await expect(startServer(runtime, { databaseUrl: `file:${file}` })).rejects.toThrow("is damaged");
    },
    60_000,
  );
});

describe.each([...runtimes])("a %s server under load", (runtime) => {
  test.each(changes.slice(0, 3))(
    "whose log is %s in the midst of a commit answers one more group at most",
    async (_, change) => {
      const { file, server, report, close } = await start(runtime);
      let isChanged = false;
      /** How many more reports each connection had answered. */
      const more: number[] = [];
      const loads = Array.from({ length: 8 }, async () => {
        const connection = await openConnection(server.port);
        let acknowledged = 0;
        const ask = () => connection.send({ target: "/report_asset_materialization/loaded" });
        while ((await ask()).status === 200) if (isChanged) acknowledged++;
        more.push(acknowledged);
        connection.close();
      });
      for (let i = 0; i < 100; i++) await report();
      await change(`${file}-wal`);
      isChanged = true;
      await Promise.all(loads);
      // One may have been answered before, and not be read yet.
      expect(more.filter((acknowledged) => acknowledged > 2)).toEqual([]);
      close();
      await server.stop("SIGKILL");
      await expect(startServer(runtime, { databaseUrl: `file:${file}` })).rejects.toThrow("is damaged");
    },
  );
});

describe.each([...runtimes])("a %s server", (runtime) => {
  test("whose write-ahead log was removed keeps what it has answered, though it is killed", async () => {
    const fixture = await start(runtime);
    const { file, server, report, acknowledged, close } = fixture;
    rmSync(`${file}-wal`);
    for (let i = 0; i < 3; i++) expect((await report()).status).toBe(503);
    close();
    await server.stop("SIGKILL");
    const again = await startServer(runtime, { databaseUrl: `file:${file}` });
    expect(await uidsOf(again)).toEqual(expect.arrayContaining(acknowledged));
    await again.stop();
  });

  test("whose write-ahead log was removed while nobody reports moves it into the file, and is not ready", async () => {
    const fixture = await start(runtime);
    const { file, server, close } = fixture;
    expect(await isMoved(fixture)).toBe(false);
    rmSync(`${file}-wal`);
    await until(async () => (await ready(server)).status === 503);
    await until(() => isMoved(fixture));
    close();
    await server.stop("SIGKILL");
  });

  test("whose write-ahead log was replaced by another database's reads none of that, though it is killed", async () => {
    const { file, server, report, acknowledged, close } = await start(runtime);
    renameSync(await otherLog(), `${file}-wal`);
    for (let i = 0; i < 3; i++) expect((await report()).status).toBe(503);
    close();
    await server.stop("SIGKILL");
    const again = await startServer(runtime, { databaseUrl: `file:${file}` });
    const uids = await uidsOf(again);
    expect(uids).toEqual(expect.arrayContaining(acknowledged));
    expect(uids.length - acknowledged.length).toBeLessThanOrEqual(3);
    await again.stop();
  });

  test("over whose file another is copied answers one more group at most, and leaves the copy as it is", async () => {
    const { file: other, server: another, acknowledged: copied, close: closeOther } = await start(runtime);
    closeOther();
    await another.stop();
    const fixture = await start(runtime);
    const { file, server, report, acknowledged, close } = fixture;
    copyFileSync(other, file);
    const before = acknowledged.length;
    for (let i = 0; i < 5; i++) await report();
    const { status, body } = await report();
    expect([status, JSON.parse(body).error]).toEqual([
      503,
      expect.stringContaining(`The database's file ${file} was written over by something else than SQLite`),
    ]);
    expect(acknowledged.length - before).toBeLessThanOrEqual(1);
    expect((await ready(server)).status).toBe(503);
    close();
    await server.stop();
    expect(readFileSync(file).equals(readFileSync(other))).toBe(true);

    // The log is the former file's: read into the copy, it would damage that.
    await expect(startServer(runtime, { databaseUrl: `file:${file}` })).rejects.toThrow("is damaged");
    rmSync(`${file}-wal`);
    const again = await startServer(runtime, { databaseUrl: `file:${file}` });
    expect(await uidsOf(again)).toEqual(copied);
    await again.stop();
  });

  test("moves a quiet log into its file, so that its loss while nobody has it open loses nothing", async () => {
    const fixture = await start(runtime);
    const { file, server, acknowledged, close } = fixture;
    const started = performance.now();
    await until(() => isMoved(fixture));
    expect(performance.now() - started).toBeLessThan(12_000); // ten seconds, and what a busy machine takes
    close();
    await server.stop("SIGKILL");
    rmSync(`${file}-wal`);
    const again = await startServer(runtime, { databaseUrl: `file:${file}` });
    expect(await uidsOf(again)).toEqual(acknowledged);
    await again.stop();
  }, 60_000);

  test("moves what a killed one has left in the log, though nobody reports to it", async () => {
    const fixture = await start(runtime);
    fixture.close();
    await fixture.server.stop("SIGKILL");
    expect(await isMoved(fixture)).toBe(false);
    const again = await startServer(runtime, { databaseUrl: `file:${fixture.file}` });
    await until(() => isMoved(fixture));
    await again.stop();
  }, 60_000);

  test("whose index was cut ends, and loses nothing that it has answered", async () => {
    const { file, server, report, acknowledged, close } = await start(runtime);
    truncateSync(`${file}-shm`, 0);
    await report().catch(() => {}); // the connection ends without an answer
    expect(await server.ended).not.toBe(0);
    close();
    const again = await startServer(runtime, { databaseUrl: `file:${file}` });
    expect(await uidsOf(again)).toEqual(acknowledged);
    await again.stop();
  });

  test("starts again after a log was cut that is all in the file", async () => {
    const fixture = await start(runtime);
    const { file, server, acknowledged, close } = fixture;
    await until(() => isMoved(fixture));
    overwrite(`${file}-wal`, 0, noise(5000));
    const isNoticed = async () => (await ready(server)).reason.includes("All that was answered before is in the");
    await until(isNoticed);
    close();
    await server.stop();
    const again = await startServer(runtime, { databaseUrl: `file:${file}` });
    expect(await uidsOf(again)).toEqual(acknowledged);
    await again.stop();
  }, 60_000);
});

const damaged: readonly (readonly [string, (log: string) => void])[] = [
  ["of noise", (log) => overwrite(log, 0, noise(statSync(log).size))],
  ["of zeroes", (log) => overwrite(log, 0, new Uint8Array(statSync(log).size))],
  ["whose header is noise", (log) => overwrite(log, 0, noise(32))],
  ["whose first frames are noise", (log) => overwrite(log, 32, noise(10_000))],
  ["with noise in its midst", (log) => overwrite(log, 40_000, noise(1000))],
];

describe("a write-ahead log", () => {
  test.each(damaged)("%s is no reason to start without it: the start, doctor and backup say so", async (_, damage) => {
    const { file, server, close } = await start("bun");
    close();
    await server.stop("SIGKILL");
    damage(`${file}-wal`);
    const [whole, log] = [readFileSync(file), readFileSync(`${file}-wal`)];
    const problem = `The write-ahead log ${file}-wal of the database file:${file} is damaged: `;
    await expect(startServer("bun", { databaseUrl: `file:${file}` })).rejects.toThrow(problem);
    const command = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(programs.bun, [
        "adapters/cli/runless.ts",
        ...args,
        "--database-url",
        `file:${file}`,
      ]);
      return { status, said: `${stdout}${stderr}` };
    };
    const doctor = command("doctor");
    expect([doctor.status, doctor.said]).toEqual([1, expect.stringContaining(problem)]);
    const copy = join(temporaryFolder(), "copy.db");
    const backup = command("backup", copy);
    expect([backup.status, backup.said]).toEqual([3, expect.stringContaining(problem)]);
    expect(existsSync(copy)).toBe(false);
    expect(readFileSync(file).equals(whole)).toBe(true);
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true);
  });

  test("whose last commit was not finished is read up to that", async () => {
    const { file, server, acknowledged, close } = await start("bun");
    close();
    await server.stop("SIGKILL");
    truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - 5000);
    const again = await startServer("bun", { databaseUrl: `file:${file}` });
    expect(await uidsOf(again)).toEqual(acknowledged.slice(0, -1));
    await again.stop();
  });

  test("beside a file that is gone is kept", async () => {
    const { file, server, close } = await start("bun");
    close();
    await server.stop("SIGKILL");
    rmSync(file);
    const log = readFileSync(`${file}-wal`);
    await expect(startServer("bun", { databaseUrl: `file:${file}` })).rejects.toThrow("is gone or empty");
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true);
  });
});
