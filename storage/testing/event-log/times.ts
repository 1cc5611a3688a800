import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { appendUnit, type DeclareTest, readAll, record } from "./harness.ts";

export function timesContract(declareTest: DeclareTest): void {
  declareTest("received_at is the log's clock, and never decreases when that jumps back", async ({ log, clock }) => {
    for (const now of [noon, noon + 10, noon - 5_000, noon - 10_000, noon + 9, noon + 11]) {
      clock.now = now;
      await record(log, materialization("a", { timestamp: 1 }));
    }
    const received = (await readAll(log)).map((event) => event.receivedAt - noon);
    expect(received).toEqual([0, 10, 10, 10, 10, 11]);
  });

  declareTest("only what is recorded moves received_at: a duplicate and a conflict don't", async ({ log, clock }) => {
    const event = materialization("a");
    await appendUnit(log, { event, idempotencyKey: "k" });
    clock.now = noon + 1_000;
    await appendUnit(log, { event, idempotencyKey: "k" });
    await appendUnit(log, { event: materialization("a", { partition: "p" }), idempotencyKey: "k" });
    clock.now = noon + 500;
    const [id = 0] = await record(log, event);
    expect((await log.get(id))?.receivedAt).toBe(noon + 500);
  });

  declareTest(
    "an event without a timestamp takes received_at, also when the clock was set back by up to a minute",
    async ({ log, clock }) => {
      await record(log, materialization("a"));
      clock.now = noon - 60_000;
      await record(log, materialization("a"));
      for (const id of [1, 2]) {
        expect(await log.get(id)).toMatchObject({ timestamp: noon, receivedAt: noon });
      }
    },
  );

  declareTest(
    "where the clock was further ahead and came back, an event without a timestamp takes what the clock says",
    async ({ log, clock }) => {
      clock.now = noon + 365 * 86_400_000;
      await record(log, materialization("a"), materialization("b"));
      const ahead = clock.now;
      clock.now = noon;
      await appendUnit(log, { event: materialization("a") }, { event: materialization("a"), idempotencyKey: "k" });
      for (const id of [3, 4]) expect(await log.get(id)).toMatchObject({ timestamp: noon, receivedAt: ahead });
      clock.now = noon + 1;
      await record(log, materialization("a"));
      expect(await log.get(5)).toMatchObject({ timestamp: noon + 1, receivedAt: ahead });
      clock.now = ahead - 60_001;
      await record(log, materialization("b"));
      expect(await log.get(6)).toMatchObject({ timestamp: ahead - 60_001, receivedAt: ahead });
    },
  );

  declareTest("a trace of a wipe takes what the clock says, too", async ({ log, clock }) => {
    clock.now = noon + 86_400_000;
    await record(log, materialization("a"), materialization("b"));
    const ahead = clock.now;
    clock.now = noon;
    expect(await log.wipe({ eventId: 2 }, null)).toMatchObject({ timestamp: noon, receivedAt: ahead });
    expect(await log.wipe({ assetKey: ["a"] }, null)).toMatchObject({ timestamp: noon, receivedAt: ahead });
  });

  declareTest(
    "a timestamp is kept as it is: before 1970, ahead of the clock, at both ends of time",
    async ({ log }) => {
      const times = [-1, 0, noon + 86_400_000, -8.64e15, 8.64e15];
      await record(log, ...times.map((timestamp) => materialization("a", { timestamp })));
      expect((await readAll(log)).map((event) => event.timestamp)).toEqual(times);
      expect((await log.asset(["a"]))?.latestMaterialization?.id).toBe(5);
    },
  );

  declareTest("the latest event has the greatest timestamp, whatever came last", async ({ log }) => {
    const times = [noon, noon - 1, noon + 5, noon + 4, noon - 100];
    for (const timestamp of times) await record(log, materialization("a", { timestamp }));
    expect((await log.asset(["a"]))?.latestMaterialization).toMatchObject({ id: 3, timestamp: noon + 5 });
  });

  declareTest("of equal timestamps the latest has the greatest id, in one unit too", async ({ log }) => {
    const event = materialization("a", { timestamp: noon });
    await record(log, event, event);
    expect((await log.asset(["a"]))?.latestMaterialization?.id).toBe(2);
    await appendUnit(log, { event }, { event }, { event: materialization("a", { timestamp: noon - 1 }) });
    expect((await log.asset(["a"]))?.latestMaterialization?.id).toBe(4);
  });

  declareTest("a backdated first event is the latest there is", async ({ log }) => {
    await record(log, materialization("a", { timestamp: -5 }));
    expect((await log.asset(["a"]))?.latestMaterialization).toMatchObject({ id: 1, timestamp: -5 });
  });

  declareTest("each kind has a latest of its own", async ({ log }) => {
    const check = { checkName: "c", passed: true };
    await record(
      log,
      materialization("a", { timestamp: 10 }),
      observation("a", { timestamp: 30 }),
      checkEvaluation("a", { ...check, timestamp: 20 }),
      materialization("a", { timestamp: 5 }),
      observation("a", { timestamp: 31 }),
      checkEvaluation("a", { ...check, timestamp: 19 }),
    );
    const asset = await log.asset(["a"]);
    expect(asset?.latestMaterialization?.id).toBe(1);
    expect(asset?.latestObservation?.id).toBe(5);
    expect(asset?.checks.map(({ id }) => id)).toEqual([3]);
  });
}
