import { materialization, observation } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { alertsOf, changesOf, define, report } from "./follower.ts";
import { type DeclareTest, daily, day, hour, minute, window } from "./harness.ts";

export function partitionsContract(declareTest: DeclareTest): void {
  declareTest(
    "the last partitions whose windows have ended are watched, each for itself",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "p", partitions: daily, freshness: { ...window("6h"), lookback: 2 } });
      const built = (partition: string) => materialization("p", { partition });
      await report(stores, built("2026-11-21"), built("2026-11-22"));
      await follower.follow();
      expect(await changesOf(stores)).toEqual([]); // none for UNKNOWN -> PASS
      clock.now += 18 * hour;
      await follower.follow();
      expect(await changesOf(stores)).toEqual(["p 2026-11-23: UNKNOWN -> FAIL, window"]);
      const [freshness] = await stores.watching.freshnessOf([["p"]]);
      expect(freshness).toMatchObject({ state: "FAIL", partitions: { PASS: 1, FAIL: 1 } });
      expect([...(await stores.watching.partitionsOf(["p"], ["2026-11-22", "2026-11-01"])).keys()]).toEqual([
        "2026-11-22",
      ]);
      clock.now += 2 * day;
      await follower.follow();
      expect(await alertsOf(stores)).toContain("freshness p 2026-11-23: ERROR, resolved, no_longer_watched");
      expect((await changesOf(stores)).filter((change) => change.includes("2026-11-22"))).toEqual([]);
    },
  );

  declareTest(
    "a partition with a window is met by materializations, whatever else the policy counts",
    async (subject) => {
      const { stores, follower } = subject;
      const built = (partition: string) => materialization("p", { partition });
      await report(stores, built("2026-11-21"));
      await define(stores, {
        ...{ key: "p", partitions: daily },
        freshness: { ...window("30d"), lookback: 2, counts: ["observation"] },
      });
      await follower.follow();
      await report(stores, built("2026-11-22"), observation("p", { partition: "2026-11-22" }));
      await follower.follow();
      expect((await stores.watching.freshnessOf([["p"]]))[0]).toMatchObject({ state: "PASS", partitions: { PASS: 2 } });
    },
  );

  declareTest(
    "back-fills of older partitions change nothing, nor does a partition before its end",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "p", partitions: daily, freshness: { ...window("6h"), lookback: 1 } });
      await report(stores, materialization("p", { partition: "2026-11-22" }));
      await follower.follow();
      const days = Array.from({ length: 20 }, (_, i) => `2026-11-${String(i + 1).padStart(2, "0")}`);
      await report(stores, ...days.map((partition) => materialization("p", { partition })));
      await report(
        stores,
        materialization("p", { partition: "2026-11-23" }),
        materialization("p", { partition: "2026-13-01" }),
      );
      await follower.follow();
      clock.now += 18 * hour;
      await follower.follow();
      expect(await changesOf(stores)).toEqual(["p 2026-11-23: UNKNOWN -> FAIL, window"]);
    },
  );

  declareTest("a partition that a wipe of its asset leaves late is a new problem, once", async (subject) => {
    const { stores, clock, follower } = subject;
    const freshness = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h", lookback: 3 };
    await define(stores, { key: "p", partitions: daily, freshness });
    await report(stores, materialization("p", { partition: "2026-11-21" }));
    await follower.follow();
    const late = (status: string, reason: string, ...days: number[]) =>
      days.map((day) => `freshness p 2026-11-${day}: ERROR, ${status}, ${reason}`);
    expect(await alertsOf(stores)).toEqual(late("firing", "initial", 20, 22));
    clock.now += hour;
    await stores.log.wipe({ assetKey: ["p"] }, null);
    await follower.follow();
    const changes = await changesOf(stores, ["p"]);
    expect(changes.toSorted()).toEqual([
      "p 2026-11-20: FAIL -> UNKNOWN, wiped",
      "p 2026-11-20: UNKNOWN -> FAIL, initial",
      "p 2026-11-21: PASS -> UNKNOWN, wiped",
      "p 2026-11-21: UNKNOWN -> FAIL, initial",
      "p 2026-11-22: FAIL -> UNKNOWN, wiped",
      "p 2026-11-22: UNKNOWN -> FAIL, initial",
    ]);
    const firing = late("firing", "initial", 20, 21, 22);
    expect(await alertsOf(stores)).toEqual([...late("resolved", "wiped", 20, 22), ...firing]);
    const { alerts } = await stores.watching.alerts({ status: "firing" }, { limit: 10 });
    for (const { eventId, tellAt, since } of alerts) {
      expect(await stores.log.get(eventId ?? 0)).toMatchObject({
        freshness: { state: "FAIL", previousState: "UNKNOWN" },
      });
      expect([since, tellAt]).toEqual([clock.now, noon + 18 * hour]);
    }
    for (let steps = 0; steps < 3; steps++) {
      clock.now += minute;
      await follower.follow();
    }
    expect(await changesOf(stores, ["p"])).toEqual(changes);
    expect(await alertsOf(stores, "firing")).toEqual(firing);
    await report(stores, materialization("p", { partition: "2026-11-22" }));
    await follower.follow();
    expect((await changesOf(stores, ["p"])).at(-1)).toBe("p 2026-11-22: FAIL -> PASS, reported");
  });

  declareTest(
    "a static partition is judged as an asset is, and the asset is as bad as its worst",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "s", partitions: { type: "static", keys: ["eu", "us"] }, freshness: window("24h") });
      clock.now += hour;
      await report(stores, materialization("s", { partition: "eu" }), materialization("s", { partition: "asia" }));
      await follower.follow();
      clock.now += 23 * hour;
      await follower.follow();
      expect((await stores.watching.freshnessOf([["s"]]))[0]).toMatchObject({
        state: "FAIL",
        partitions: { PASS: 1, FAIL: 1 },
      });
      await define(stores, { key: "s", partitions: { type: "static", keys: ["eu"] }, freshness: window("24h") });
      await follower.follow();
      expect((await changesOf(stores)).at(-1)).toBe("s us: FAIL -> UNKNOWN, partition_removed");
      expect(await alertsOf(stores, "firing")).toEqual([]);
    },
  );
}
