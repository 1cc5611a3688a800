import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Watcher } from "../../../../adapters/server/watching/watcher.ts";
import { materialization } from "../../../../core/index.ts";
import { openStores, type Stores } from "../../../../storage/index.ts";
import { alertsOf, changesOf, define, report } from "../../../../storage/testing/watch-store/follower.ts";
import { temporaryFolder } from "../../../server.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const settle = minute;
const morning = Date.UTC(2026, 10, 23, 5);
const daily = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h" };

/** A server's watcher with clocks that the test moves. Its turns are taken one after another, as a server takes them. */
class Server {
  now: number;
  elapsed = 0;
  readonly watcher: Watcher;

  constructor({ watching }: Stores, now: number) {
    this.now = now;
    this.watcher = new Watcher({ store: watching, settle, read: () => ({ now: this.now, elapsed: this.elapsed }) });
  }

  /** Takes turns until then: every 5 seconds, or, to be quick, every 30 where that is long. */
  async runFor(milliseconds: number): Promise<void> {
    const every = (milliseconds > 10 * minute ? 30 : 5) * second;
    for (let left = milliseconds; left >= 0; left -= every) {
      await this.turns();
      if (left > 0) this.pass(Math.min(left, every));
    }
    await this.turns();
  }

  async turns(): Promise<void> {
    for (let turns = 0; (await this.watcher.turn()) === 0; turns++) expect(turns).toBeLessThan(1000);
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.elapsed += milliseconds;
  }
}

describe.each([":memory:", "a file"])("watching in %s", (kind) => {
  const clock = { now: morning };
  let stores: Stores;
  beforeEach(async () => {
    clock.now = morning - 2 * day;
    const url = kind === ":memory:" ? kind : `file:${join(temporaryFolder(), "runless.db")}`;
    stores = await openStores({ url, now: () => clock.now });
    await define(stores, { key: "a", freshness: daily });
    clock.now = morning;
    await report(stores, materialization("a", { timestamp: morning - 23 * hour - 30 * minute }));
  });
  afterEach(() => stores.log.close());

  const changes = async () => (await changesOf(stores)).filter((change) => !change.includes("initial"));
  /** A server that has judged once, at five, and passed. */
  async function started(): Promise<Server> {
    const server = new Server(stores, morning);
    await server.runFor(10 * second);
    expect((await stores.watching.freshnessOf([["a"]]))[0]?.state).toBe("PASS");
    return server;
  }

  test("a stop over a deadline is not held against what comes right after the start", async () => {
    await started(); // and is killed
    const next = new Server(stores, morning + 4 * hour);
    next.elapsed = 20 * second;
    await next.turns(); // it sees the lease of the one before
    next.pass(15 * second);
    await next.turns();
    clock.now = next.now;
    await report(stores, materialization("a", { timestamp: morning + 50 * minute }));
    await next.runFor(5 * minute);
    expect(await changes()).toEqual([]);
    expect(await alertsOf(stores)).toEqual([]);
  });

  test("of a stop over three deadlines only the state now counts, once it has settled", async () => {
    const first = await started();
    await first.watcher.release();
    const next = new Server(stores, morning + 3 * day);
    await next.runFor(55 * second);
    expect(await changes()).toEqual([]);
    await next.runFor(10 * second);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    expect(await alertsOf(stores)).toEqual(["freshness a: ERROR, firing, deadline"]);
  });

  test("a server that crashes again and again settles once", async () => {
    await (await started()).watcher.release();
    let now = morning + 3 * day;
    for (let i = 0; i < 5; i++) {
      const next = new Server(stores, now);
      await next.runFor(15 * second);
      await next.watcher.release();
      now = next.now;
    }
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
  });

  test("a clock that jumps back two hours un-fails nothing, and nothing is judged twice", async () => {
    const server = await started();
    await server.runFor(hour);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    server.now -= 2 * hour;
    await server.runFor(3 * hour);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
  });

  test("a clock that jumps three days ahead and back fails nothing meanwhile, and the next report counts", async () => {
    const server = await started();
    server.now += 3 * day;
    await server.runFor(30 * second);
    server.now -= 3 * day;
    await server.runFor(2 * minute);
    expect(await changes()).toEqual([]);
    clock.now = server.now;
    await report(stores, materialization("a"));
    await server.runFor(2 * hour);
    expect(await changes()).toEqual([]);
    expect((await stores.watching.freshnessOf([["a"]]))[0]?.state).toBe("PASS");
  });

  test("a clock that stays three days ahead fails what is late by it, and comes back without a report", async () => {
    const server = await started();
    server.now += 3 * day;
    await server.runFor(2 * minute);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    server.now -= 3 * day;
    await server.runFor(5 * minute); // the clock is believed, and no state improves by that
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    clock.now = server.now;
    await report(stores, materialization("a"));
    await server.runFor(10 * second);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline", "a: FAIL -> PASS, reported"]);
  });

  test("a report while the clock is not believed yet counts once it is", async () => {
    const server = await started();
    server.now += 3 * day;
    await server.runFor(2 * minute);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    server.now -= 3 * day;
    await server.runFor(20 * second);
    clock.now = server.now;
    await report(stores, materialization("a"));
    await server.runFor(20 * second);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    await server.runFor(2 * minute);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline", "a: FAIL -> PASS, reported"]);
    expect(await alertsOf(stores, "firing")).toEqual([]);
  });

  test("a computer that slept for eight hours goes on as after a restart", async () => {
    const server = await started();
    server.pass(8 * hour);
    await server.turns();
    expect(await changes()).toEqual([]);
    clock.now = server.now;
    await report(stores, materialization("a"));
    await server.runFor(5 * minute);
    expect(await changes()).toEqual([]);
  });

  test("a server whose clock is 40 s behind takes over, and nothing flaps", async () => {
    const ahead = new Server(stores, morning + 40 * second);
    await ahead.runFor(hour);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
    await ahead.watcher.release();
    const behind = new Server(stores, ahead.now - 80 * second);
    await behind.runFor(5 * minute);
    expect(await changes()).toEqual(["a: PASS -> FAIL, deadline"]);
  });

  test("who watches nothing lets go of the lease, and takes it again for a report", async () => {
    await define(stores);
    const server = new Server(stores, morning);
    await server.runFor(minute);
    expect(server.watcher.isHolder).toBe(false);
    expect((await stores.watching.lease()).holder).toBeNull();
    clock.now = server.now;
    await report(stores, materialization("b"));
    await server.turns();
    expect(server.watcher.isHolder).toBe(true);
  });

  test("what retention deletes leaves states as they are", async () => {
    const server = await started();
    clock.now = morning + 30 * minute;
    const before = clock.now;
    await stores.log.prune({
      events: { ASSET_MATERIALIZATION: before, FRESHNESS_STATE_CHANGE: before },
      clock: before,
    });
    server.pass(30 * minute);
    await server.turns();
    expect(await changes()).toEqual([]);
  });
});
