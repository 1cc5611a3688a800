import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import Database from "libsql";
import { Checkpointer } from "../../../../storage/libsql/file/checkpointer.ts";
import { countFrames } from "../../../../storage/libsql/file/wal-format.ts";
import { temporaryFolder } from "../../../server.ts";

const full = 600; // more than is moved between two commits, or the connection beside would have no part in it
const pageSize = 4096;

describe("a checkpointer", () => {
  let file: string;
  let database: Database.Database;
  let checkpointer: Checkpointer;
  let finished: number;
  let written = 0;

  beforeEach(() => {
    file = join(temporaryFolder(), "some.db");
    database = new Database(file);
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE rows (id INTEGER PRIMARY KEY, row)",
    );
    finished = 0;
    checkpointer = new Checkpointer(
      file,
      async () => {
        finished++;
        return finish();
      },
      { full },
    );
    written = 0;
  });
  afterEach(async () => {
    await checkpointer.close();
    database.close();
  });

  function finish(): boolean {
    const moved = database.prepare("PRAGMA wal_checkpoint(PASSIVE)").get([]) as { log: number; checkpointed: number };
    return moved.log === moved.checkpointed;
  }

  /** Commits some pages at a time, with a turn of the event loop after each, until so much has come to pass. */
  async function writeUntil(enough: () => boolean): Promise<void> {
    while (!enough()) {
      database.exec(`INSERT INTO rows (row) VALUES (zeroblob(${10 * pageSize}))`);
      written++;
      checkpointer.look();
      await new Promise(setImmediate);
    }
  }

  test("lets the log begin anew again and again while commits go on, and nothing is lost", async () => {
    let [begunAnew, before] = [0, 0];
    await writeUntil(() => {
      const { frames } = countFrames(file);
      if (frames < before) begunAnew++;
      before = frames;
      return begunAnew === 5;
    });
    await checkpointer.close();
    const other = new Database(file);
    expect(other.prepare("PRAGMA integrity_check").get([])).toMatchObject({ integrity_check: "ok" });
    expect(other.prepare("SELECT count(*) AS rows FROM rows").get([])).toMatchObject({ rows: written });
    other.close();
  });

  test("leaves a log alone that is not full", async () => {
    const until = performance.now() + 250; // more than twice as long as it takes to look again
    await writeUntil(() => countFrames(file).frames > full / 2);
    while (performance.now() < until) {
      checkpointer.look();
      await new Promise(setImmediate);
    }
    expect(finished).toBe(0);
  });

  test("does not take from a reader what it reads, and lets the log begin anew once that has ended", async () => {
    const reader = new Database(file);
    await writeUntil(() => written === 10);
    reader.exec("BEGIN");
    const count = () => (reader.prepare("SELECT count(*) AS rows FROM rows").get([]) as { rows: number }).rows;
    expect(count()).toBe(10);
    await writeUntil(() => finished === 2);
    const { frames } = countFrames(file);
    expect(frames).toBeGreaterThanOrEqual(2 * full);
    expect(count()).toBe(10);
    reader.exec("COMMIT");
    expect(count()).toBe(written);
    reader.close();
    await writeUntil(() => countFrames(file).frames < frames);
  });

  test("goes on after a failure", async () => {
    await checkpointer.close(); // from now on the connection beside fails
    await writeUntil(() => countFrames(file).frames > 3 * full);
    expect(finished).toBe(0);
    checkpointer = new Checkpointer(file, async () => finish(), { full });
    await writeUntil(() => countFrames(file).frames < full);
  });
});
