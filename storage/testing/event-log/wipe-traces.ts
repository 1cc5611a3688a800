import { assetWiped, materialization, observation, type WipeScope } from "../../../core/index.ts";
import type { WipeTarget } from "../../event-log.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, readAll, readIds, record, textOf } from "./harness.ts";
import { readKeys } from "./walk-pages.ts";

export function wipeTracesContract(declareTest: DeclareTest): void {
  declareTest(
    "a trace says what was wiped, who asked for it and when, and takes the next id",
    async ({ log, clock }) => {
      await record(log, materialization(["a", "b"], { partition: "p", timestamp: 1 }), observation(["a", "b"]));
      await record(log, materialization("c", { partition: "q" }), materialization(["d"]));
      clock.now = noon + 5;
      const wipes: readonly (readonly [WipeTarget, string[], string | null, WipeScope])[] = [
        [{ eventId: 3 }, ["c"], "q", { what: "event", eventId: 3 }],
        [{ assetKey: ["a", "b"], partition: "p" }, ["a", "b"], "p", { what: "partition" }],
        [{ assetKey: ["a", "b"], partition: null }, ["a", "b"], null, { what: "partition" }],
        [{ assetKey: ["d"] }, ["d"], null, { what: "asset" }],
      ];
      for (const [i, [target, assetKey, partition, scope]] of wipes.entries()) {
        const times = { id: 5 + i, timestamp: clock.now, receivedAt: clock.now };
        const expected = textOf({ ...assetWiped(assetKey, partition, scope, "me"), ...times });
        expect(textOf(await log.wipe(target, "me"))).toBe(expected);
        expect(textOf(await log.get(5 + i))).toBe(expected);
      }
      expect(await readIds(log)).toEqual([5, 6, 7, 8]);
    },
  );

  declareTest("who asked may be anyone, and unknown", async ({ log }) => {
    for (const by of ["", "a\u0000b", "\u{1f600}", '"', "x".repeat(10_000), null]) {
      await record(log, materialization("a"));
      const trace = await log.wipe({ assetKey: ["a"] }, by);
      expect(trace?.metadata.by?.rawValue).toBe(by);
      expect((await log.get(trace?.id ?? 0))?.metadata.by?.rawValue).toBe(by);
    }
  });

  declareTest("received_at of a trace never decreases when the clock jumps back", async ({ log, clock }) => {
    await record(log, materialization("a"), materialization("a"));
    clock.now = noon - 60_000;
    expect(await log.wipe({ eventId: 2 }, null)).toMatchObject({ receivedAt: noon, timestamp: noon });
    clock.now = noon + 1;
    expect(await log.wipe({ assetKey: ["a"] }, null)).toMatchObject({ receivedAt: noon + 1, timestamp: noon + 1 });
    clock.now = noon;
    await record(log, materialization("a"));
    expect((await readAll(log)).map(({ receivedAt }) => receivedAt - noon)).toEqual([0, 1, 1]);
  });

  declareTest("filters find a trace as they find an event of its key, partition and time", async ({ log, clock }) => {
    await record(log, materialization(["a", "b"], { partition: "p" }), materialization("x"));
    clock.now = noon + 5;
    await log.wipe({ assetKey: ["a", "b"], partition: "p" }, null);
    expect(await readIds(log, { type: "ASSET_WIPED" })).toEqual([3]);
    expect(await readIds(log, { type: "ASSET_WIPED", assetKey: ["a", "b"] }, { order: "desc" })).toEqual([3]);
    expect(await readIds(log, { prefix: ["a"] })).toEqual([3]);
    expect(await readIds(log, { partition: "p" })).toEqual([3]);
    expect(await readIds(log, { since: noon + 5 })).toEqual([3]);
    expect(await readIds(log, { after: 2 })).toEqual([3]);
    expect(await readIds(log, { type: "ASSET_MATERIALIZATION" })).toEqual([2]);
  });

  declareTest("a trace is in no summary", async ({ log }) => {
    await record(log, materialization("a", { partition: "p" }), materialization("b", { partition: "p" }));
    await record(log, materialization("b", { partition: "q" }), materialization("c"));
    await log.wipe({ assetKey: ["a"] }, null);
    await log.wipe({ assetKey: ["b"], partition: "p" }, null);
    await log.wipe({ eventId: 4 }, null);
    expect(await log.asset(["a"])).toBeUndefined();
    expect(await log.asset(["c"])).toBeUndefined();
    expect(await log.asset(["b"])).toEqual({
      assetKey: ["b"],
      latestMaterialization: (await log.get(3)) ?? null,
      latestObservation: null,
      dataVersion: null,
      checks: [],
      hasMoreChecks: false,
      counts: { materializations: 1, observations: 0, checkEvaluations: 0, partitions: 1 },
    });
    expect(await readKeys(log)).toEqual([["b"]]);
  });

  declareTest("a trace can't be wiped, neither by its id nor with its asset or partition", async ({ log }) => {
    await record(log, materialization("a", { partition: "p" }), materialization("a"));
    await log.wipe({ assetKey: ["a"], partition: "p" }, "one");
    await log.wipe({ eventId: 2 }, "two");
    const targets: readonly WipeTarget[] = [
      ...[{ eventId: 3 }, { eventId: 4 }, { assetKey: ["a"] }],
      ...[
        { assetKey: ["a"], partition: "p" },
        { assetKey: ["a"], partition: null },
      ],
    ];
    for (const target of targets) expect(await log.wipe(target, "me")).toBeUndefined();
    expect(await readIds(log)).toEqual([3, 4]);
  });

  declareTest("a wipe leaves the traces of earlier ones", async ({ log }) => {
    const report = () => record(log, materialization("a", { partition: "p" }));
    await report();
    await log.wipe({ assetKey: ["a"], partition: "p" }, "one");
    await report();
    await log.wipe({ assetKey: ["a"] }, "two");
    await report();
    await log.wipe({ eventId: 5 }, "three");
    await report();
    await log.wipe({ assetKey: ["a"] }, "four");
    for (const order of ["asc", "desc"] as const) {
      const by = (await readAll(log, { assetKey: ["a"] }, { order })).map(({ metadata }) => metadata.by?.rawValue);
      expect(order === "asc" ? by : by.toReversed()).toEqual(["one", "two", "three", "four"]);
    }
    expect(await readIds(log)).toEqual([2, 4, 6, 8]);
    expect((await log.get(2))?.assetKey).toEqual(["a"]);
    await record(log, ...Array.from({ length: 50 }, () => observation("b")));
    expect(await readIds(log, { type: "ASSET_WIPED" }, { limits: [1] })).toEqual([2, 4, 6, 8]);
  });
}
