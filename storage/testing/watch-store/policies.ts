import { materialization, observation } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { alertsOf, changesOf, define, report } from "./follower.ts";
import { type DeclareTest, day, hour, window } from "./harness.ts";

export function policiesContract(declareTest: DeclareTest): void {
  declareTest(
    "a new policy that fails at once opens silently, until its next deadline",
    async ({ stores, follower }) => {
      await report(stores, materialization("a", { timestamp: noon - 10 * day }));
      await define(stores, { key: "a", owners: ["team:x"], group: "g", tags: { t: "1" }, freshness: window("2h") });
      await follower.follow();
      expect(await changesOf(stores)).toEqual(["a: UNKNOWN -> FAIL, initial"]);
      const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
      expect(alert).toMatchObject({ tellAt: noon + 2 * hour, owners: ["team:x"], group: "g", tags: { t: "1" } });
    },
  );

  declareTest("a changed policy that still fails is the same alert, one that passes resolves it", async (subject) => {
    const { stores, clock, follower } = subject;
    await define(stores, { key: "a", freshness: window("24h") });
    await report(stores, materialization("a"));
    await follower.follow();
    clock.now += 25 * hour;
    await follower.follow();
    const [before] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
    await define(stores, { key: "a", freshness: window("12h") });
    await follower.follow();
    expect((await stores.watching.alerts({}, { limit: 2 })).alerts).toEqual([before as never]);
    await define(stores, { key: "a", freshness: window("48h") });
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["freshness a: ERROR, resolved, policy_changed"]);
    expect((await changesOf(stores)).at(-1)).toBe("a: FAIL -> PASS, policy_changed");
  });

  declareTest(
    "a policy that counts other events is judged by those that are there",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "a", freshness: window("2h") });
      await report(stores, materialization("a"));
      clock.now += hour;
      await report(stores, observation("a"));
      await follower.follow();
      const lastAt = async () => (await stores.watching.freshnessOf([["a"]]))[0]?.lastAt;
      expect(await lastAt()).toBe(noon);
      await define(stores, { key: "a", freshness: { ...window("2h"), counts: ["materialization", "observation"] } });
      await follower.follow();
      expect(await lastAt()).toBe(noon + hour);
    },
  );

  declareTest(
    "a policy that is removed while failing leaves UNKNOWN, and nothing open",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "a", freshness: window("1h") });
      await report(stores, materialization("a"));
      await follower.follow();
      clock.now += 2 * hour;
      await follower.follow();
      await define(stores, { key: "a" });
      await follower.follow();
      expect((await changesOf(stores)).at(-1)).toBe("a: FAIL -> UNKNOWN, policy_removed");
      expect(await alertsOf(stores, "firing")).toEqual([]);
      expect(await stores.watching.freshnessOf([["a"]])).toEqual([undefined]);
    },
  );

  declareTest(
    "a wiped asset begins anew, and an event that is wiped alone counts no more",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "a", freshness: window("2h") }, { key: "b", freshness: window("2h") });
      await report(
        stores,
        materialization("a", { timestamp: noon - 3 * hour }),
        materialization("a"),
        materialization("b"),
      );
      await follower.follow();
      const { events } = await stores.log.query({ assetKey: ["a"] }, { limit: 5, order: "desc" });
      const onTime = events.find((event) => event.type === "ASSET_MATERIALIZATION" && event.timestamp === noon);
      await stores.log.wipe({ eventId: onTime?.id ?? 0 }, null);
      await follower.follow();
      expect((await changesOf(stores, ["a"])).at(-1)).toBe("a: PASS -> FAIL, wiped");
      clock.now += 2 * hour;
      await follower.follow();
      await stores.log.wipe({ assetKey: ["b"] }, null);
      await follower.follow();
      expect((await changesOf(stores, ["b"])).at(-1)).toBe("b: FAIL -> UNKNOWN, wiped");
      expect(await alertsOf(stores)).toContain("freshness b: ERROR, resolved, wiped");
      clock.now += 2 * hour;
      await follower.follow();
      expect((await changesOf(stores, ["b"])).at(-1)).toBe("b: UNKNOWN -> FAIL, window");
    },
  );

  declareTest("a wipe of an asset that has only changes of its freshness ends its alerts", async (subject) => {
    const { stores, clock, follower } = subject;
    await define(stores, { key: "never", freshness: window("1h") });
    await follower.follow();
    expect(await stores.log.wipe({ assetKey: ["never"] }, "me")).toBeUndefined();
    clock.now += hour;
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["freshness never: ERROR, firing, window"]);
    expect(await stores.log.wipe({ assetKey: ["never"], partition: null }, "me")).toBeUndefined();
    expect(await stores.log.wipe({ assetKey: ["never"] }, "me")).toMatchObject({ type: "ASSET_WIPED" });
    expect(await changesOf(stores)).toEqual([]);
    expect(await stores.log.wipe({ assetKey: ["never"] }, "me")).toBeUndefined();
    await follower.follow();
    expect(await changesOf(stores)).toEqual(["never: FAIL -> UNKNOWN, wiped"]);
    expect(await alertsOf(stores)).toEqual(["freshness never: ERROR, resolved, wiped"]);
    expect(await stores.log.asset(["never"])).toBeUndefined();
    clock.now += hour;
    await follower.follow();
    expect((await changesOf(stores)).at(-1)).toBe("never: UNKNOWN -> FAIL, window");
  });

  declareTest("a prefix watches what has events below it, and no asset of its own definition", async (subject) => {
    const { stores, clock, follower } = subject;
    await report(stores, materialization("ml/old"));
    await define(stores, { prefix: "ml", freshness: window("1h") }, { key: "ml/own", group: "g" });
    await report(stores, materialization("ml/own"), materialization("other"));
    await follower.follow();
    await report(stores, materialization("ml/new"));
    await follower.follow();
    const { subjects } = await stores.watching.subjects({}, { limit: 10 });
    expect(subjects.map(({ assetKey }) => assetKey.join("/"))).toEqual(["ml/new", "ml/old"]);
    clock.now += hour;
    await follower.follow();
    await stores.log.wipe({ assetKey: ["ml", "old"] }, null);
    await follower.follow();
    expect((await changesOf(stores, ["ml", "old"])).at(-1)).toBe("ml/old: FAIL -> UNKNOWN, wiped");
    expect((await stores.log.assets({}, { limit: 10 })).assets.map(({ assetKey }) => assetKey.join("/"))).toEqual([
      "ml/new",
      "ml/own",
      "other",
    ]);
    expect((await stores.watching.subjects({}, { limit: 10 })).subjects).toHaveLength(1);
  });
}
