import { expect, test } from "bun:test";
import fc from "fast-check";
import { Watcher } from "../../../../adapters/server/watching/watcher.ts";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { createMemoryDefinitionStore, createMemoryTokenStore, type Stores } from "../../../../storage/index.ts";
import { createMemoryEventLog } from "../../../../storage/memory/memory-event-log.ts";
import { createMemorySendStore } from "../../../../storage/memory/send-store.ts";
import { createMemoryWatchStore } from "../../../../storage/memory/watch-store.ts";
import { alertsOf, changesOf, define, report } from "../../../../storage/testing/watch-store/follower.ts";

const second = 1000;
const start = Date.UTC(2026, 10, 23, 12);

type Later = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

/** Stores whose calls are answered when the scheduler says so, and fail where the test does: before or after their work. */
function scheduledStores(now: () => number, later: Later): Stores {
  const log = createMemoryEventLog({ now });
  const definitions = createMemoryDefinitionStore({ now });
  // What planning reads comes late too: so a step may be overtaken between what it read and what it writes.
  const watching = createMemoryWatchStore({
    log: { ...log, query: (...args) => later("query", () => log.query(...args)) },
    definitions: {
      ...definitions,
      definitionsFor: (keys) => later("definitions", () => definitions.definitionsFor(keys)),
    },
    now,
  });
  const sending = createMemorySendStore({ watching });
  return { log, definitions, watching, sending, tokens: createMemoryTokenStore({ now }) };
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
        let calls = 0;
        let isOver = false;
        const later: Later = async (name, work) => {
          if (isOver) return work();
          const fault = faults[calls++ % faults.length];
          await scheduler.schedule(Promise.resolve(), `before ${name}`);
          if (fault === "before") throw new Error("The store can't be reached.");
          const result = await work();
          await scheduler.schedule(Promise.resolve(), `after ${name}`);
          if (fault === "after") throw new Error("The answer was lost.");
          return result;
        };
        const stores = scheduledStores(() => clock.now, later);
        await define(
          stores,
          ...["a", "b", "c"].map((key, i) => ({ key, freshness: { type: "time_window", fail_window: `${i + 2}s` } })),
        );
        await report(stores, ...["a", "b", "c"].map((key) => materialization(key)));
        await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
        const read = () => ({ now: clock.now, elapsed: clock.now });
        const store = stores.watching;
        const watchers = [0, 1, 2].map(() => new Watcher({ store, read, settle: 0, lease: 2 * second }));
        await scheduler.waitFor(Promise.all(watchers.map((watcher) => turns(watcher, clock, 12))));
        // Whatever was left undone, one that no longer fails does.
        isOver = true;
        const last = new Watcher({ store, read, settle: 0, lease: 2 * second });
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
