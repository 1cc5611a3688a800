import { checkEvaluation, materialization } from "../../../core/index.ts";
import type { EventFilter, EventLog, NewEvent } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, duplicate, idsOf, keyed, readPages, recorded, textOf } from "./harness.ts";

/** Who reported each event. A store need not keep it: then its pages have no `reporters`, and the tests say so. */
export function reportersContract(declareTest: DeclareTest, mustKeep: boolean): void {
  /** The reporters of all pages by event id; undefined if the store keeps none. */
  async function reportersOf(log: EventLog, filter: EventFilter = {}) {
    const pages = await readPages(log, filter, { limits: [2, 3] });
    const kept = pages.flatMap(({ reporters }) => (reporters === undefined ? [] : [[...reporters]]));
    expect(kept.length).toBe(mustKeep || kept.length > 0 ? pages.length : 0);
    return kept.length === 0 ? undefined : kept.flat().toSorted(([a], [b]) => a - b);
  }
  const expectReporters = async (log: EventLog, expected: readonly (readonly [number, string])[]) => {
    const found = await reportersOf(log);
    if (found !== undefined) expect(found).toEqual(expected);
  };
  const append = async (log: EventLog, reportedBy: string | undefined, ...unit: readonly NewEvent[]) => {
    const [result] = await log.append([unit], { reportedBy });
    return result;
  };
  const a: NewEvent = { event: materialization("a") };

  declareTest("a page tells who reported its events, if the store keeps that", async ({ log, overview }) => {
    await append(log, "ci", a);
    await append(log, undefined, a);
    await append(log, "cron@host", keyed(materialization("b")), a);
    await append(log, "", a);
    await append(log, "z\u0000\u0001\ud800é", a);
    await expectReporters(log, [
      [1, "ci"],
      [3, "cron@host"],
      [4, "cron@host"],
      [5, ""],
      [6, "z\u0000\u0001\ufffdé"],
    ]);
    const ofB = await reportersOf(log, { assetKey: ["b"] });
    if (ofB !== undefined) expect(ofB).toEqual([[3, "cron@host"]]);

    const known = new Map(await reportersOf(log));
    for (const id of [1, 2, 5, 6]) {
      const found = await overview.reportedEvent(id);
      expect(found?.reporter).toBe(known.get(id));
      expect(textOf(found?.event)).toBe(textOf(await log.get(id)));
    }
    for (const id of [0, 7, 2 ** 53]) expect(await overview.reportedEvent(id)).toBeUndefined();
  });

  declareTest("reporters of calls that run at once are not mixed up", async ({ log }) => {
    const calls = Array.from({ length: 40 }, (_, i) => {
      const event = materialization(["many", String(i)]);
      const unit = i % 3 === 0 ? [keyed(event)] : [{ event }, { event: checkEvaluation("c", failing) }];
      const reportedBy = i % 4 === 0 ? undefined : `r${i}`;
      return log.append([unit, [{ event }]], { reportedBy }).then((results) => ({ reportedBy, results }));
    });
    const expected = (await Promise.all(calls)).flatMap(({ reportedBy, results }) =>
      reportedBy === undefined ? [] : results.flatMap(idsOf).map((id) => [id, reportedBy] as const),
    );
    await expectReporters(
      log,
      expected.toSorted(([x], [y]) => x - y),
    );
  });

  declareTest(
    "reports that run at once are recorded for who sent them: all by one, by nobody, or by several",
    async ({ log }) => {
      const groups: readonly (readonly (string | undefined)[])[] = [
        ["ci"],
        [undefined],
        ["ci", undefined],
        ["ci", "cron"],
      ];
      const expected: (readonly [number, string])[] = [];
      for (const [g, names] of groups.entries()) {
        const reports = Array.from({ length: 20 }, async (_, i) => {
          const event = materialization("a");
          const reportedBy = names[i % names.length];
          const [result] = await log.append([[i % 3 === 0 ? keyed(event, `${g} ${i}`) : { event }]], { reportedBy });
          if (reportedBy !== undefined && result !== undefined) expected.push([idsOf(result)[0] ?? 0, reportedBy]);
        });
        await Promise.all(reports);
      }
      await expectReporters(
        log,
        expected.toSorted(([x], [y]) => x - y),
      );
    },
  );

  declareTest("events that share large details, or have large ones, have their reporter too", async ({ log }) => {
    const large = materialization("large", { metadata: { text: "x".repeat(70_000) } });
    const shared = ["p", "q"].map((partition) => ({ event: { ...large, partition } }));
    await append(log, "ci", { event: large });
    await append(log, "cron", ...shared);
    await expectReporters(log, [
      [1, "ci"],
      [2, "cron"],
      [3, "cron"],
    ]);
    expect(textOf(await log.get(2))).toContain('"partition":"p"');
  });

  declareTest("the reporter is no part of what an idempotency key stands for", async ({ log }) => {
    expect(await append(log, "ci", keyed(materialization("a")))).toEqual(recorded(1));
    expect(await append(log, "cron", keyed(materialization("a")))).toEqual(duplicate(1));
    expect(await append(log, undefined, keyed(materialization("a")))).toEqual(duplicate(1));
    expect(await append(log, undefined, keyed(materialization("b")))).toEqual(recorded(2));
    expect(await append(log, "ci", keyed(materialization("b")))).toEqual(duplicate(2));
    await expectReporters(log, [[1, "ci"]]);
  });

  declareTest("an event says nothing of its reporter, and what is wiped takes it along", async ({ log }) => {
    await append(log, "ci", a, { event: materialization("b") });
    await append(log, undefined, a);
    const [first, last] = [await log.get(1), await log.get(3)];
    expect(JSON.stringify({ ...first, id: 3 })).toBe(JSON.stringify(last));
    await log.wipe({ assetKey: ["a"] }, "admin");
    await expectReporters(log, [[2, "ci"]]);
  });
}

const failing = { checkName: "c", passed: false } as const;
