import { materialization } from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, readIds, record } from "./harness.ts";

export function watchingContract(declareTest: DeclareTest): void {
  declareTest("a listener hears of a report, and finds it", async ({ log }) => {
    const found = whenFound(log, 1);
    await record(log, materialization("a"));
    await found;
  });

  declareTest("a listener hears of a wipe, and finds its trace", async ({ log }) => {
    await record(log, materialization("a"));
    const found = whenFound(log, 2);
    await log.wipe({ assetKey: ["a"] }, null);
    await found;
    expect((await log.get(2))?.type).toBe("ASSET_WIPED");
  });

  declareTest(
    "a listener that reads after the last id it knows misses nothing and sees nothing twice",
    async ({ log }) => {
      const seen: number[] = [];
      let reading = Promise.resolve();
      const { promise: all, resolve } = Promise.withResolvers<void>();
      const read = async () => {
        seen.push(...(await readIds(log, { after: seen.at(-1) ?? 0 })));
        if (seen.length >= 200) resolve();
      };
      const stop = log.watch(() => {
        reading = reading.then(read);
      });
      await Promise.all(Array.from({ length: 50 }, () => record(log, materialization("a"), materialization("a"))));
      for (let i = 0; i < 100; i++) await record(log, materialization("a"));
      await all;
      stop();
      await reading;
      expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    },
  );

  declareTest("a listener that stopped is not called again, also where it watches twice", async ({ log }) => {
    let calls = 0;
    const count = () => void calls++;
    const [stop, stopTwin] = [log.watch(count), log.watch(count)];
    const first = whenFound(log, 1);
    await record(log, materialization("a"));
    await first;
    expect(calls).toBeGreaterThan(1);
    stop();
    stop();
    const second = whenFound(log, 2);
    const before = calls;
    await record(log, materialization("a"));
    await second;
    expect(calls).toBeGreaterThan(before);
    stopTwin();
    const atEnd = calls;
    const third = whenFound(log, 3);
    await record(log, materialization("a"));
    await third;
    expect(calls).toBe(atEnd);
  });

  declareTest("a listener that throws harms neither a report, nor a wipe, nor other listeners", async ({ log }) => {
    const stop = log.watch(() => {
      throw new Error("a listener's own trouble");
    });
    const found = whenFound(log, 2);
    expect(await record(log, materialization("a"))).toEqual([1]);
    expect(await log.wipe({ assetKey: ["a"] }, null)).toMatchObject({ id: 2 });
    await found;
    stop();
  });
}

/** Resolves when a listener finds the event in the log. */
function whenFound(log: EventLog, id: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = log.watch(() => {
    log.get(id).then((event) => {
      if (event === undefined) return;
      stop();
      resolve();
    }, reject);
  });
  return promise;
}
