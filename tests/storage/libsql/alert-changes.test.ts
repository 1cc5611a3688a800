import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import Database from "libsql";
import { checkEvaluation } from "../../../core/index.ts";
import { openStores, type Stores } from "../../../storage/index.ts";
import { Follower, report } from "../../../storage/testing/watch-store/follower.ts";
import { toldOf } from "../../contracts/sending.ts";
import { temporaryFolder } from "../../server.ts";

let file: string;
let stores: Stores;
beforeEach(async () => {
  file = join(temporaryFolder(), "runless.db");
  stores = await openStores({ url: `file:${file}`, now: () => 0 });
  const follower = new Follower(stores, { now: 0 });
  await follower.take();
  await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
  await follower.follow();
});
afterEach(() => stores.log.close());

/** What a statement adds to what the alert became. */
async function toldAfter(sql: string): Promise<readonly string[]> {
  const before = await toldOf(stores);
  const database = new Database(file);
  database.exec(sql);
  database.close();
  return (await toldOf(stores)).slice(before.length);
}

test("an alert whose reason, event, labels or time to tell change has become nothing else", async () => {
  expect(await toldOf(stores)).toEqual(["check a c: firing, ERROR, check_failed"]);
  expect(await toldAfter("UPDATE alert SET reason = 'x', tell_at = 5, event_id = 9, changed_at = 3")).toEqual([]);
  expect(await toldAfter("UPDATE alert SET severity = 'ERROR', changed_at = 3")).toEqual([]);
  expect(await toldAfter("UPDATE alert SET severity = 'WARN', changed_at = 3")).toEqual([]);
});

test("an alert that has ended becomes nothing more, and deleting it is not told", async () => {
  expect(await toldAfter("UPDATE alert SET resolved_at = 3, reason = 'closed', changed_at = 3")).toEqual([
    "check a c: resolved, ERROR, closed",
  ]);
  expect(await toldAfter("UPDATE alert SET resolved_at = 4, changed_at = 4")).toEqual([]);
  expect(await toldAfter("UPDATE alert SET severity = 'WARN', changed_at = 4")).toEqual([]);
  expect(await toldAfter("UPDATE alert SET severity = 'ERROR', changed_at = 4")).toEqual([]);
  expect(await toldAfter("DELETE FROM alert")).toEqual([]);
});

test("an update that does not say when it was is refused, since nobody could be told", async () => {
  await expect(toldAfter("UPDATE alert SET resolved_at = 3, changed_at = NULL")).rejects.toThrow("NOT NULL");
});
