import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, openSync, renameSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { FileGuard } from "../../../../storage/libsql/file/file-guard.ts";
import { readWalContent, readWalHeader } from "../../../../storage/libsql/file/wal-format.ts";
import { temporaryFolder } from "../../../server.ts";

describe("the guard of a file", () => {
  let file: string;
  let database: Database.Database;
  let guard: FileGuard;
  let problems: (string | undefined)[];

  beforeEach(() => {
    file = join(temporaryFolder(), "guarded.db");
    database = new Database(file);
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE rows (row)");
    problems = [];
    guard = new FileGuard(file, { watchesLog: true, onTrouble: (trouble) => problems.push(trouble?.problem) });
  });

  afterEach(() => {
    guard.close();
    database.close();
  });

  const insert = (pages = 1) =>
    database.exec(`INSERT INTO rows SELECT randomblob(4000) FROM generate_series(1, ${pages})`);

  function commit(between = () => {}): boolean {
    guard.assertFine();
    database.exec("BEGIN IMMEDIATE");
    guard.assertUntouched();
    between();
    insert(3);
    database.exec("COMMIT");
    return guard.isCommitSafe();
  }

  const checkpoint = (mode: string) =>
    database.prepare(`PRAGMA wal_checkpoint(${mode})`).get([]) as { log: number; checkpointed: number };

  test.each([
    ["to nothing", () => 0],
    ["to its header", () => 32],
    ["in half", (size: number) => Math.floor(size / 2)],
    ["by a page", (size: number) => size - 4096],
  ])("notices that the log was cut %s between the begin and the commit of a transaction", (_, length) => {
    for (let i = 0; i < 5; i++) expect(commit()).toBe(true);
    const wal = `${file}-wal`;
    expect(commit(() => truncateSync(wal, length(statSync(wal).size)))).toBe(false);
    expect(problems).toEqual([expect.stringContaining(`The write-ahead log ${wal} was cut or written over`)]);
    expect(() => guard.assertFine()).toThrow("Nothing is recorded.");
  });

  test("says nothing of what SQLite itself does to the files, by this connection or another one", () => {
    const other = new Database(file);
    for (let i = 0; i < 30; i++) {
      expect(commit()).toBe(true);
      other.exec("INSERT INTO rows VALUES (1)");
      guard.look();
      if (i % 3 === 0)
        other.exec("BEGIN; INSERT INTO rows SELECT randomblob(4000) FROM generate_series(1, 2000); ROLLBACK");
      guard.look();
      guard.look();
      if (i % 5 === 0) other.exec("DELETE FROM rows; VACUUM");
      checkpoint((["PASSIVE", "RESTART", "TRUNCATE"] as const)[i % 3] as string);
      if (i % 2 === 0) guard.look();
    }
    other.close();
    expect(problems).toEqual([]);
  });

  test("tells of a file that is gone, and that it is back", () => {
    expect(commit()).toBe(true);
    renameSync(`${file}-wal`, `${file}-wal.away`);
    expect(commit()).toBe(false);
    expect(guard.wantsRescue).toBe(true);
    expect(() => guard.assertFine()).toThrow(`The database's file ${file}-wal was removed`);
    renameSync(`${file}-wal.away`, `${file}-wal`);
    expect(commit()).toBe(true);
    expect(problems).toEqual([expect.stringContaining("was removed, moved or replaced"), undefined]);
  });

  test("notices a copy in place, while the log holds nothing too", () => {
    expect(commit()).toBe(true);
    checkpoint("TRUNCATE");
    guard.look();
    copyFileSync(file, `${file}.copy`);
    expect(commit()).toBe(true);
    checkpoint("TRUNCATE");
    guard.look();
    expect(problems).toEqual([]);
    copyFileSync(`${file}.copy`, file);
    guard.look();
    expect(problems).toEqual([expect.stringContaining(`The database's file ${file} was written over`)]);
  });

  test("counts the frames of a log as SQLite does", () => {
    const wal = openSync(`${file}-wal`, "r");
    for (let i = 0; i < 20; i++) {
      insert((i * 7) % 40);
      const header = readWalHeader(wal);
      if (header === undefined) throw new Error("The log has no header.");
      const content = readWalContent(wal, header);
      const { log } = checkpoint("PASSIVE");
      expect(content).toEqual({ frames: log, lostCommits: 0, isForeign: false });
      if (i % 6 === 5) insert(1); // begins the log anew, over longer ones
    }
  });
});
