import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import Database from "libsql";
import { checkEvaluation, materialization } from "../../../core/index.ts";
import { openStores, type Stores } from "../../../storage/index.ts";
import { alertsOf, changesOf, define, Follower, report } from "../../../storage/testing/watch-store/follower.ts";
import { temporaryFolder } from "../../server.ts";

const hour = 3_600_000;
const noon = Date.UTC(2026, 10, 23, 12);

let file: string;
let stores: Stores;
const clock = { now: noon };
beforeEach(async () => {
  clock.now = noon;
  file = join(temporaryFolder(), "runless.db");
  stores = await openStores({ url: `file:${file}`, now: () => clock.now });
  await report(
    stores,
    materialization("a", { timestamp: noon - 30 * hour }),
    materialization("a", { timestamp: noon - hour, partition: "p" }),
    materialization("late", { timestamp: noon - 30 * hour }),
    checkEvaluation("a", { checkName: "fails", passed: false }),
    checkEvaluation("a", { checkName: "passes", passed: false, timestamp: noon - hour }),
    checkEvaluation("a", { checkName: "passes", passed: true }),
    checkEvaluation("b", { checkName: "fails", passed: false, partition: "p", severity: "WARN" }),
  );
  const day = { type: "time_window", fail_window: "24h" };
  await define(stores, { key: "a", freshness: day }, { key: "late", freshness: day });
});
afterEach(() => stores.log.close());

/** Changes the database behind the server's back. */
function change(sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

const nobodyWatched = "UPDATE watcher SET cursor = NULL";
const isFarBehind = "UPDATE sqlite_sequence SET seq = seq + 100001 WHERE name = 'event'";

const seeded = ["check a fails: ERROR, firing, check_failed", "check b p fails: WARN, firing, check_failed"];

test.each([
  ["a log that was there before anybody watched", nobodyWatched],
  ["a log that is more than 100,000 events ahead", isFarBehind],
])("%s is judged from its summaries, and alerts open silently", async (_, sql) => {
  change(sql);
  await report(stores, materialization("c"));
  const follower = new Follower(stores, clock);
  await follower.take();
  expect((await follower.follow()).behind).toBe(0);
  expect(await changesOf(stores)).toEqual(["a: UNKNOWN -> PASS, initial", "late: UNKNOWN -> FAIL, initial"]);
  expect(await alertsOf(stores)).toEqual(["freshness late: ERROR, firing, initial", ...seeded]);
  const { alerts } = await stores.watching.alerts({}, { limit: 10 });
  for (const { tellAt } of alerts) expect(tellAt).toBeGreaterThan(noon);
  expect((await stores.watching.freshnessOf([["a"]]))[0]?.lastAt).toBe(noon - hour);
});

test("what was passed over counts for subjects that were there, and nothing is decided twice", async () => {
  const follower = new Follower(stores, clock);
  await follower.take();
  await follower.follow();
  const before = await alertsOf(stores);
  clock.now += hour;
  await report(stores, materialization("late"), checkEvaluation("a", { checkName: "fails", passed: true }));
  change(isFarBehind);
  await report(stores, materialization("c"));
  await follower.take("another");
  await follower.follow();
  expect((await changesOf(stores, ["late"])).at(-1)).toBe("late: FAIL -> PASS, reported");
  expect(await alertsOf(stores, "firing")).toEqual(before.filter((alert) => alert.startsWith("check b")));
});
