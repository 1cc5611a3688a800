import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import Database from "libsql";
import { countFrames } from "../../../../storage/libsql/file/wal-format.ts";
import { temporaryFolder } from "../../../server.ts";

describe("the pages of a write-ahead log", () => {
  let file: string;
  let database: Database.Database;
  beforeEach(() => {
    file = join(temporaryFolder(), "some.db");
    database = new Database(file);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE rows (row)");
  });
  afterEach(() => {
    database.close();
  });

  const write = (bytes: number) => database.exec(`INSERT INTO rows VALUES (zeroblob(${bytes}))`);
  const checkpoint = (mode: string) => database.prepare(`PRAGMA wal_checkpoint(${mode})`).get([]) as { log: number };
  const frames = () => countFrames(file).frames;

  test("are as many as SQLite says that it has moved", () => {
    for (const bytes of [1, 100_000, 10, 5_000, 70_000]) {
      write(bytes);
      const counted = frames();
      expect(counted).toBe(checkpoint("PASSIVE").log);
    }
  });

  test("are those since it was last begun anew, however many lie behind them from before", () => {
    write(1_000_000);
    expect(frames()).toBeGreaterThan(240);
    checkpoint("PASSIVE");
    for (let i = 1; i <= 5; i++) {
      write(10);
      const counted = frames();
      expect(counted).toBeLessThan(20);
      expect(counted).toBeGreaterThanOrEqual(i);
    }
  });

  test("are none where it is empty", () => {
    write(10);
    checkpoint("TRUNCATE");
    expect(frames()).toBe(0);
  });
});
