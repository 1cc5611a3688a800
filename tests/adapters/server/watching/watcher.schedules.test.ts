import { expect, test } from "bun:test";
import fc from "fast-check";
import { Watcher } from "../../../../adapters/server/watching/watcher.ts";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { openStores, type Stores, type WatchStore } from "../../../../storage/index.ts";
import { alertsOf, changesOf, define, report } from "../../../contracts/watching.ts";

const second = 1000;
const start = Date.UTC(2026, 10, 23, 12);

/** The store, whose calls are answered when the scheduler says so, and fail where the test does: before or after their work. */
function scheduled(
  store: WatchStore,
  scheduler: fc.Scheduler,
  fails: () => "before" | "after" | undefined,
): WatchStore {
  const later = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const fault = fails();
    await scheduler.schedule(Promise.resolve(), `before ${name}`);
    if (fault === "before") throw new Error("The store can't be reached.");
    const result = await work();
    await scheduler.schedule(Promise.resolve(), `after ${name}`);
    if (fault === "after") throw new Error("The answer was lost.");
    return result;
  };
  return {
    ...stand(store),
    lease: () => later("lease", () => store.lease()),
    takeLease: (holder, seen) => later("take", () => store.takeLease(holder, seen)),
    releaseLease: (fence) => later("release", () => store.releaseLease(fence)),
    step: (request) => later("step", () => store.step(request)),
  };
}

/** The methods that a watcher does not call. */
function stand(store: WatchStore): WatchStore {
  return {
    lease: () => store.lease(),
    takeLease: (...args) => store.takeLease(...args),
    releaseLease: (...args) => store.releaseLease(...args),
    step: (...args) => store.step(...args),
    freshnessOf: (...args) => store.freshnessOf(...args),
    partitionsOf: (...args) => store.partitionsOf(...args),
    subjects: (...args) => store.subjects(...args),
    counts: () => store.counts(),
    alerts: (...args) => store.alerts(...args),
    alert: (...args) => store.alert(...args),
    closeAlert: (...args) => store.closeAlert(...args),
    mute: (...args) => store.mute(...args),
    unmute: (...args) => store.unmute(...args),
    mutes: () => store.mutes(),
  };
}

async function turns(watcher: Watcher, clock: { now: number }, many: number): Promise<void> {
  for (let i = 0; i < many; i++) {
    await watcher.turn().catch(() => {});
    clock.now += second;
  }
}

test("three watchers that overlap in any order, over a store that fails at any call, decide everything once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(undefined, undefined, undefined, "before" as const, "after" as const), {
        minLength: 10,
      }),
      async (scheduler, faults) => {
        const clock = { now: start };
        const stores: Stores = await openStores({ url: ":memory:", now: () => clock.now });
        await define(
          stores,
          ...["a", "b", "c"].map((key, i) => ({ key, freshness: { type: "time_window", fail_window: `${i + 2}s` } })),
        );
        await report(stores, ...["a", "b", "c"].map((key) => materialization(key)));
        await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
        let calls = 0;
        const fails = () => faults[calls++ % faults.length];
        const read = () => ({ now: clock.now, elapsed: clock.now });
        const store = scheduled(stores.watching, scheduler, fails);
        const watchers = [0, 1, 2].map(() => new Watcher({ store, read, settle: 0, lease: 2 * second }));
        await scheduler.waitFor(Promise.all(watchers.map((watcher) => turns(watcher, clock, 12))));
        // Whatever was left undone, one that no longer fails does.
        const last = new Watcher({ store: stores.watching, read, settle: 0, lease: 2 * second });
        await turns(last, clock, 10);

        const changes = await changesOf(stores);
        for (const key of ["a", "b", "c"]) {
          const own = changes.filter((change) => change.startsWith(`${key}:`));
          const failing = own.filter((change) => change.includes("-> FAIL"));
          expect(failing).toHaveLength(1);
          expect(own.length).toBeLessThanOrEqual(2);
        }
        expect((await alertsOf(stores)).map((alert) => alert.split(",")[0]).sort()).toEqual([
          "check a c: ERROR",
          "freshness a: ERROR",
          "freshness b: ERROR",
          "freshness c: ERROR",
        ]);
        await stores.log.close();
      },
    ),
    { numRuns: 200 },
  );
}, 120_000);
