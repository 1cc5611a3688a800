import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { materialization } from "../../../core/index.ts";
import { openStores, type Stores } from "../../../storage/index.ts";
import { createLogDatabase } from "../../../storage/libsql/create-log-database.ts";
import { openFileAccess } from "../../../storage/libsql/file/file-access.ts";
import type { LogDatabase } from "../../../storage/libsql/log-database.ts";
import { openRemoteAccess } from "../../../storage/libsql/remote/remote-access.ts";
import type { WrittenPlan } from "../../../storage/libsql/watching/write-plan.ts";
import { alertsOf, changesOf, define, Follower, report } from "../../../storage/testing/watch-store/follower.ts";
import { toldOf } from "../../contracts/sending.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";
import { temporaryFolder } from "../../server.ts";

const hour = 3_600_000;
const noon = Date.UTC(2026, 10, 23, 12);
const remote = testDatabase();

describe.each(["a file", "a remote database"])("a plan of the watcher, in %s", (kind) => {
  const clock = { now: noon };
  let stores: Stores;
  let database: LogDatabase;
  let follower: Follower;
  beforeEach(async () => {
    clock.now = noon;
    if (kind !== "a file") await emptyDatabase(remote());
    const address = kind === "a file" ? { url: `file:${join(temporaryFolder(), "runless.db")}` } : remote();
    stores = await openStores({ ...address, now: () => clock.now });
    database = createLogDatabase(await (kind === "a file" ? openFileAccess(address) : openRemoteAccess(address)));
    follower = new Follower(stores, clock);
    await follower.take();
    await define(stores, { key: "a", freshness: { type: "time_window", fail_window: "1h" } });
    await report(stores, materialization("a"));
    await follower.follow();
    clock.now += hour;
  });
  afterEach(async () => {
    await database.close();
    await stores.log.close();
  });

  /** What fails the asset, read and judged, and not yet written. */
  async function planned(): Promise<WrittenPlan> {
    const { fence } = follower;
    const request = {
      fence,
      now: clock.now,
      clock: clock.now,
      settleUntil: null,
      cursor: undefined,
      notesProgress: true,
    };
    const { plan } = (await database.planWatch(request)) ?? {};
    expect(JSON.stringify(plan)).toContain("FAIL");
    if (plan == null) throw new Error("Nothing is planned.");
    return plan;
  }
  const failures = async () => (await changesOf(stores)).filter((change) => change.includes("-> FAIL"));

  test("is written once, also if it is sent again since its answer was lost", async () => {
    const plan = await planned();
    expect(await database.commitWatch(plan)).toMatchObject({ isWritten: true, isHolder: true });
    expect(await database.commitWatch(plan)).toMatchObject({ isWritten: false, isHolder: true });
    expect(await failures()).toHaveLength(1);
    expect(await alertsOf(stores)).toHaveLength(1);
    expect(await toldOf(stores)).toEqual(["freshness a: firing, ERROR, window"]);
  });

  test("of who has lost the lease meanwhile writes nothing", async () => {
    const plan = await planned();
    await new Follower(stores, clock).take("another");
    expect(await database.commitWatch(plan)).toMatchObject({ isWritten: false, isHolder: false });
    expect(await failures()).toEqual([]);
    expect(await alertsOf(stores)).toEqual([]);
    expect(await toldOf(stores)).toEqual([]);
  });

  test("that an event overtook leaves that subject to the next step, and writes the rest", async () => {
    await define(stores, ...["a", "b"].map((key) => ({ key, freshness: { type: "time_window", fail_window: "1h" } })));
    await follower.follow(clock.now + 1); // nothing gets worse yet
    clock.now += hour;
    const plan = await planned();
    await report(stores, materialization("a"));
    expect(await database.commitWatch(plan)).toMatchObject({ isWritten: true });
    expect(await failures()).toEqual(["b: UNKNOWN -> FAIL, window"]);
    await follower.follow();
    expect((await stores.watching.freshnessOf([["a"]]))[0]).toMatchObject({ state: "PASS", lastAt: clock.now });
    expect(await failures()).toHaveLength(1);
  });
});
