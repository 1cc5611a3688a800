import { describe, expect, test } from "bun:test";
import { runRetention } from "../../../adapters/server/run-retention.ts";
import { materialization } from "../../../core/index.ts";
import { createMemoryEventLog } from "../../../storage/index.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 23, 12);
const retention = { events: { ASSET_MATERIALIZATION: 30 }, idempotencyKeys: 7 };

/** A log of one asset, and a process that keeps it pruned, whose clocks go on by hand. */
function subject() {
  const clock = { now: noon, elapsed: 0 };
  const log = createMemoryEventLog({ now: () => clock.now });
  const ahead: number[] = [];
  let stop = () => {};
  let look = async () => {};
  /** Starts the process anew. */
  function start(): void {
    stop();
    const ending = new AbortController();
    stop = () => ending.abort();
    clock.elapsed = 0;
    /** With what ends the wait that the process has come to. */
    let waiting = Promise.withResolvers<() => void>();
    look = async () => {
      const end = await waiting.promise;
      waiting = Promise.withResolvers();
      end();
      await waiting.promise;
    };
    void runRetention({
      log,
      retention,
      signal: ending.signal,
      onClock: (milliseconds) => ahead.push(milliseconds),
      read: () => ({ ...clock }),
      wait: () => new Promise((resolve) => waiting.resolve(resolve)),
    });
  }
  return {
    log,
    start,
    clock,
    /** How far ahead the clock was found at the last look. */
    ahead: () => ahead.at(-1),
    /** Lets this much time pass, by both clocks, and waits for a look at them. */
    async pass(milliseconds: number): Promise<void> {
      clock.now += milliseconds;
      clock.elapsed += milliseconds;
      await look();
    },
    async report(count: number, idempotencyKey?: string): Promise<void> {
      for (let i = 0; i < count; i++) await log.append([[{ event: materialization("a"), idempotencyKey }]]);
    },
    async kept(): Promise<number> {
      return (await log.query({}, { limit: 1000, order: "asc" })).events.length;
    },
  };
}

describe("a process that keeps a log pruned", () => {
  test("deletes what expires while it runs, at most an hour later", async () => {
    const { start, report, pass, kept } = subject();
    await report(5);
    start();
    await pass(0);
    expect(await kept()).toBe(5);
    await pass(30 * day - hour / 2);
    expect(await kept()).toBe(5);
    await pass(hour);
    expect(await kept()).toBe(1);
  });

  test("does not follow a clock that is a year ahead at its start, nor one that jumps while it runs", async () => {
    const { start, report, pass, kept, clock, ahead } = subject();
    await report(5);
    clock.now += 365 * day;
    start();
    await pass(0);
    expect([await kept(), ahead()]).toEqual([5, 365 * day]);
    await pass(hour - 1);
    expect(await kept()).toBe(5);
    clock.now -= 365 * day;
    await pass(hour);
    expect([await kept(), ahead()]).toEqual([5, 0]);
    clock.now += 365 * day;
    await pass(hour);
    expect([await kept(), ahead()]).toEqual([5, 365 * day]);
  });

  test("does not take the wrong clock for right because something was reported by it, even after a restart", async () => {
    const { start, report, pass, kept, clock } = subject();
    await report(5);
    start();
    await pass(0);
    clock.now += 365 * day;
    start();
    await pass(0);
    await report(1);
    await pass(1000);
    start();
    await pass(hour / 2);
    start();
    await pass(hour / 2);
    expect(await kept()).toBe(6);
  });

  test("prunes a log that was idle for long after an hour", async () => {
    const { start, report, pass, kept, clock } = subject();
    await report(5);
    clock.now += 40 * day;
    start();
    await pass(0);
    expect(await kept()).toBe(5);
    await pass(hour);
    expect(await kept()).toBe(1);
  });

  test("prunes one at once that was away for less than a day", async () => {
    const { start, report, pass, kept, clock } = subject();
    clock.now -= 31 * day;
    await report(5);
    clock.now += 31 * day - hour;
    await report(1);
    clock.now += hour;
    start();
    await pass(0);
    expect(await kept()).toBe(1);
  });

  test("follows the clock at once when a prune says that it is right", async () => {
    const { start, report, pass, kept, clock, log, ahead } = subject();
    await report(5);
    clock.now += 365 * day;
    start();
    await pass(0);
    await log.prune({ clock: clock.now });
    expect(await kept()).toBe(5);
    await pass(1);
    expect([await kept(), ahead()]).toEqual([1, 0]);
  });

  test("forgets no idempotency key by a clock that is ten days ahead", async () => {
    const { start, report, pass, kept, clock } = subject();
    await report(1, "k");
    clock.now += 10 * day;
    start();
    await pass(0);
    await report(1, "k");
    expect(await kept()).toBe(1);
    await pass(hour);
    await report(1, "k");
    expect(await kept()).toBe(2);
  });

  test("does not trust what the clock said of an empty log", async () => {
    const { start, report, pass, kept, clock } = subject();
    clock.now += 365 * day;
    start();
    await pass(0);
    clock.now -= 365 * day;
    await report(5);
    clock.now += 200 * day;
    start();
    await pass(0);
    expect(await kept()).toBe(5);
  });
});
