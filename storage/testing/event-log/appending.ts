import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { expect } from "../expect.ts";
import { appendUnit, type DeclareTest, idsOf, readAll, readIds, record, recorded, textOf } from "./harness.ts";

export function appendingContract(declareTest: DeclareTest): void {
  declareTest("ids are 1, 2, 3, … in the order of the units and of the events in them", async ({ log }) => {
    const unit = ["a", "b", "c"].map((key) => ({ event: materialization(key) }));
    expect(await log.append([unit, unit.slice(0, 1), unit.slice(0, 2)])).toEqual([
      recorded(1, 2, 3),
      recorded(4),
      recorded(5, 6),
    ]);
    expect(await appendUnit(log, ...unit)).toEqual(recorded(7, 8, 9));
  });

  declareTest("an event is read back as it was reported, with its id and times", async ({ log, clock }) => {
    const options = { partition: "p", description: "why", dataVersion: "v1", tags: { team: "x" }, metadata: { n: 1 } };
    const events = [
      materialization(["s3", "orders"], options),
      observation(["s3", "orders"], { ...options, timestamp: 5 }),
      checkEvaluation(["s3", "orders"], { ...options, checkName: "c", passed: false, severity: "WARN" }),
      checkEvaluation("orders", { checkName: "c", passed: true }),
      materialization("orders"),
    ];
    await record(log, ...events);
    const expected = events.map((event, i) => ({
      ...event,
      id: i + 1,
      timestamp: event.timestamp ?? clock.now,
      receivedAt: clock.now,
    }));
    expect(await readAll(log)).toEqual(expected);
    for (const event of expected) {
      expect(await log.get(event.id)).toEqual(event);
    }
  });

  declareTest("an id that no event has gets undefined", async ({ log }) => {
    expect(await log.get(1)).toBeUndefined();
    await record(log, materialization("a"));
    for (const id of [0, -1, 2, 1.5, Number.MAX_SAFE_INTEGER]) {
      expect(await log.get(id)).toBeUndefined();
    }
  });

  declareTest("no units, and units without events, are recorded as nothing", async ({ log }) => {
    expect(await log.append([])).toEqual([]);
    expect(await log.append([[], [{ event: materialization("a") }], []])).toEqual([
      recorded(),
      recorded(1),
      recorded(),
    ]);
    expect(await readIds(log)).toEqual([1]);
  });

  declareTest("the same event without an idempotency key is recorded each time", async ({ log }) => {
    const event = materialization("a", { timestamp: 1 });
    expect(await record(log, event, event)).toEqual([1, 2]);
    expect(await record(log, event)).toEqual([3]);
  });

  declareTest("a later change of the reported object does not reach the log", async ({ log }) => {
    const event = { ...materialization("a", { description: "before" }) };
    const unit = [{ event }];
    const appended = log.append([unit]);
    await appended;
    Object.assign(event, { description: "after", partition: "after" });
    unit.pop();
    expect(await log.get(1)).toMatchObject({ description: "before", partition: null });
  });

  declareTest("concurrent calls get each id once, without a gap, in the order of the calls", async ({ log }) => {
    const calls = Array.from({ length: 200 }, (_, i) =>
      log.append([
        [{ event: materialization(["a", String(i)]) }],
        [{ event: materialization(["b", String(i)]) }, { event: materialization(["c", String(i)]) }],
      ]),
    );
    const ids = (await Promise.all(calls)).flatMap((results) => results.flatMap(idsOf));
    expect(ids).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    const names = Array.from({ length: 200 }, (_, i) => [`a/${i}`, `b/${i}`, `c/${i}`]).flat();
    expect((await readAll(log)).map((event) => event.assetKey.join("/"))).toEqual(names);
  });

  declareTest("what was acknowledged is there at the next read", async ({ log }) => {
    for (let i = 1; i <= 20; i++) {
      const [id = 0] = await record(log, materialization("a", { partition: String(i) }));
      expect((await log.get(id))?.partition).toBe(String(i));
      expect((await log.query({}, { order: "desc", limit: 1 })).events[0]?.id).toBe(id);
      expect((await log.asset(["a"]))?.counts.materializations).toBe(i);
    }
  });

  declareTest("a large unit is recorded whole", async ({ log }) => {
    const unit = Array.from({ length: 3_000 }, (_, i) => ({ event: materialization("a", { partition: String(i) }) }));
    const ids = Array.from({ length: 3_000 }, (_, i) => i + 1);
    expect(await appendUnit(log, ...unit)).toEqual(recorded(...ids));
    expect(await readIds(log, {}, { limits: [1_000] })).toEqual(ids);
    expect((await log.asset(["a"]))?.counts).toMatchObject({ materializations: 3_000, partitions: 3_000 });
    expect(textOf((await log.asset(["a"]))?.latestMaterialization)).toBe(textOf(await log.get(3_000)));
  });
}
