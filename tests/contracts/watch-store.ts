import { describe, expect, test } from "bun:test";
import { checkEvaluation, materialization, observation } from "../../core/index.ts";
import type { Stores } from "../../storage/index.ts";
import { alertsOf, changesOf, define, Follower, report } from "./watching.ts";

type OpenStores = (options: { readonly now: () => number }) => Promise<Stores>;

interface Subject {
  readonly stores: Stores;
  readonly clock: { now: number };
  readonly follower: Follower;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 23, 12);

const window = (fail_window: string, warn_window?: string) => ({
  type: "time_window",
  fail_window,
  ...(warn_window === undefined ? {} : { warn_window }),
});
const daily = { type: "daily", start: "2026-11-01" };

/** What every WatchStore promises. */
export function watchStoreContract(name: string, open: OpenStores): void {
  const promises = (sentence: string, body: (subject: Subject) => Promise<void>) =>
    test(sentence, async () => {
      const clock = { now: noon };
      const stores = await open({ now: () => clock.now });
      const follower = new Follower(stores, clock);
      await follower.take();
      try {
        await body({ stores, clock, follower });
      } finally {
        await stores.log.close();
      }
    }, 60_000);

  describe(name, () => {
    freshnessPromises(promises);
    changePromises(promises);
    partitionPromises(promises);
    checkPromises(promises);
    leasePromises(promises);
    listPromises(promises);
  });
}

type Promises = (sentence: string, body: (subject: Subject) => Promise<void>) => void;

function freshnessPromises(promises: Promises): void {
  promises("an asset that comes, comes late, fails and comes again", async ({ stores, clock, follower }) => {
    await define(stores, { key: "a", freshness: window("2h", "1h") });
    await report(stores, materialization("a"));
    await follower.follow();
    for (const wait of [59 * minute, minute, 59 * minute, minute]) {
      clock.now += wait;
      await follower.follow();
    }
    expect(await alertsOf(stores)).toEqual(["freshness a: ERROR, firing, window"]);
    await report(stores, materialization("a"));
    await follower.follow();
    expect(await changesOf(stores)).toEqual([
      "a: UNKNOWN -> PASS, initial",
      "a: PASS -> WARN, window",
      "a: WARN -> FAIL, window",
      "a: FAIL -> PASS, reported",
    ]);
    expect(await alertsOf(stores)).toEqual(["freshness a: ERROR, resolved, reported"]);
  });

  promises(
    "a change has the time by which was judged, its deadline, and when the newest event counted",
    async (subject) => {
      const { stores, clock, follower } = subject;
      await define(stores, { key: "a", freshness: window("2h") });
      await report(stores, materialization("a", { timestamp: noon - hour }));
      await follower.follow();
      clock.now += hour;
      await follower.follow();
      const { events } = await stores.log.query({ type: "FRESHNESS_STATE_CHANGE" }, { limit: 1, order: "desc" });
      const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
      expect(events[0]).toMatchObject({
        ...{ assetKey: ["a"], partition: null, timestamp: noon + hour },
        freshness: { deadline: noon + hour, lastAt: noon - hour },
      });
      expect(alert).toMatchObject({ eventId: events[0]?.id, since: noon + hour, resolvedAt: null, checkName: null });
    },
  );

  promises(
    "an event counts as of min(timestamp, received_at), and one that is older renews nothing",
    async (subject) => {
      const { stores, clock, follower } = subject;
      await define(stores, { key: "a", freshness: window("2h") });
      await report(stores, materialization("a", { timestamp: noon + 20 * hour }));
      await follower.follow();
      expect((await stores.watching.freshnessOf([["a"]]))[0]).toMatchObject({ state: "PASS", lastAt: noon });
      clock.now += hour;
      await report(stores, materialization("a", { timestamp: noon - day }));
      await follower.follow();
      expect((await stores.watching.freshnessOf([["a"]]))[0]).toMatchObject({ lastAt: noon, nextAt: noon + 2 * hour });
    },
  );

  promises("observations count where the policy says so, evaluations never", async ({ stores, clock, follower }) => {
    const counts = ["materialization", "observation"];
    await define(stores, { key: "a", freshness: { ...window("2h"), counts } }, { key: "b", freshness: window("2h") });
    clock.now += hour;
    const seen = (key: string) => [observation(key), checkEvaluation(key, { checkName: "c", passed: true })];
    await report(stores, ...seen("a"), ...seen("b"));
    await follower.follow();
    const states = (await stores.watching.freshnessOf([["a"], ["b"]])).map((one) => one?.state);
    expect(states).toEqual(["PASS", "UNKNOWN"]);
  });

  promises(
    "an asset that never comes fails after its first deadline, and is listed only by its definition",
    async (subject) => {
      const { stores, clock, follower } = subject;
      const freshness = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h" };
      await define(stores, { key: "never", freshness });
      await follower.follow();
      expect((await stores.watching.freshnessOf([["never"]]))[0]?.state).toBe("UNKNOWN");
      clock.now += day;
      await follower.follow();
      expect(await changesOf(stores)).toEqual(["never: UNKNOWN -> FAIL, deadline"]);
      expect(await stores.log.asset(["never"])).toBeUndefined();
      expect((await stores.log.assets({}, { limit: 10 })).assets).toEqual([]);
    },
  );

  promises(
    "nothing gets worse until it has settled, and then only what still is",
    async ({ stores, clock, follower }) => {
      await define(stores, { key: "a", freshness: window("2h") }, { key: "b", freshness: window("2h") });
      await report(stores, materialization("a"), materialization("b"));
      await follower.follow();
      clock.now += day;
      const settleUntil = clock.now + minute;
      await follower.follow(settleUntil);
      await report(stores, materialization("a"));
      await follower.follow(settleUntil);
      expect((await stores.watching.counts()).subjects.FAIL).toBe(0);
      clock.now = settleUntil;
      await follower.follow();
      expect((await changesOf(stores)).filter((change) => !change.includes("initial"))).toEqual([
        "b: PASS -> FAIL, window",
      ]);
    },
  );
}

function changePromises(promises: Promises): void {
  promises("a new policy that fails at once opens silently, until its next deadline", async ({ stores, follower }) => {
    await report(stores, materialization("a", { timestamp: noon - 10 * day }));
    await define(stores, { key: "a", owners: ["team:x"], group: "g", tags: { t: "1" }, freshness: window("2h") });
    await follower.follow();
    expect(await changesOf(stores)).toEqual(["a: UNKNOWN -> FAIL, initial"]);
    const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
    expect(alert).toMatchObject({ tellAt: noon + 2 * hour, owners: ["team:x"], group: "g", tags: { t: "1" } });
  });

  promises("a changed policy that still fails is the same alert, one that passes resolves it", async (subject) => {
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

  promises(
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

  promises(
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

  promises(
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

  promises("a prefix watches what has events below it, and no asset of its own definition", async (subject) => {
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

function partitionPromises(promises: Promises): void {
  promises(
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

  promises("a partition with a window is met by materializations, whatever else the policy counts", async (subject) => {
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
  });

  promises(
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

  promises(
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

function checkPromises(promises: Promises): void {
  const evaluation = (passed: boolean, fields: object = {}) =>
    checkEvaluation("a", { checkName: "c", passed, ...fields });

  promises("a check that fails for one partition fires for that one alone", async ({ stores, follower }) => {
    await report(stores, evaluation(false, { partition: "p1" }), evaluation(true, { partition: "p2" }));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a p1 c: ERROR, firing, check_failed"]);
    await report(stores, evaluation(false, { partition: "p1", severity: "WARN" }));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a p1 c: WARN, firing, check_failed"]);
    await report(stores, evaluation(true, { partition: "p1" }));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a p1 c: WARN, resolved, check_passed"]);
  });

  promises("an old failure opens silently, and an old pass resolves nothing", async ({ stores, follower }) => {
    await report(stores, evaluation(false, { timestamp: noon - 2 * day }));
    await follower.follow();
    const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
    expect(alert?.tellAt).toBeGreaterThan(noon + 365 * day);
    await report(stores, evaluation(true, { timestamp: noon - 3 * day }));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a c: ERROR, firing, check_failed"]);
  });

  promises("a check whose evaluations are wiped fires no more", async ({ stores, follower }) => {
    await report(stores, evaluation(false));
    await follower.follow();
    await stores.log.wipe({ assetKey: ["a"] }, null);
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a c: ERROR, resolved, wiped"]);
  });

  promises("a warning that was closed opens again where it becomes a failure", async ({ stores, clock, follower }) => {
    await define(stores, { key: "w", freshness: window("2h", "1h") });
    await report(stores, materialization("w"));
    await follower.follow();
    clock.now += hour;
    await follower.follow();
    const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
    await stores.watching.closeAlert(alert?.id ?? 0);
    clock.now += hour;
    await follower.follow();
    expect(await alertsOf(stores)).toEqual([
      "freshness w: WARN, resolved, closed",
      "freshness w: ERROR, firing, window",
    ]);
  });

  promises("a first deadline that was met is no missed one", async ({ stores, clock, follower }) => {
    await define(stores, {
      key: "m",
      freshness: { type: "cron", deadline_cron: "0 13 * * *", lower_bound_delta: "6h" },
    });
    await report(stores, materialization("m"));
    await follower.follow();
    clock.now += hour;
    await follower.follow();
    expect(await changesOf(stores)).toEqual(["m: UNKNOWN -> PASS, initial"]);
  });

  promises("an alert that is closed opens again only for a new failure", async ({ stores, follower }) => {
    await report(stores, evaluation(false));
    await follower.follow();
    const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
    expect(await stores.watching.closeAlert(alert?.id ?? 0)).toMatchObject({ status: "resolved", reason: "closed" });
    expect(await stores.watching.closeAlert(10_000)).toBeUndefined();
    await follower.follow();
    expect(await alertsOf(stores, "firing")).toEqual([]);
    await report(stores, evaluation(false));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual([
      "check a c: ERROR, resolved, closed",
      "check a c: ERROR, firing, check_failed",
    ]);
  });
}

function leasePromises(promises: Promises): void {
  promises("only the holder of the lease writes", async ({ stores, clock, follower }) => {
    await define(stores, { key: "a", freshness: window("1h") });
    await report(stores, materialization("a"));
    await follower.follow();
    const other = new Follower(stores, clock);
    await other.take("two");
    clock.now += hour;
    expect((await follower.follow()).isHolder).toBe(false);
    expect(await alertsOf(stores)).toEqual([]);
    await other.follow();
    expect(await alertsOf(stores)).toEqual(["freshness a: ERROR, firing, window"]);
  });

  promises("a lease that changed since it was read is not taken", async ({ stores }) => {
    const { watching } = stores;
    const seen = await watching.lease();
    expect(await watching.takeLease("two", seen)).toBe(seen.fence + 1);
    expect(await watching.takeLease("three", seen)).toBeUndefined();
    await watching.releaseLease(seen.fence); // of who has lost it
    expect((await watching.lease()).holder).toBe("two");
    await watching.releaseLease(seen.fence + 1);
    expect((await watching.lease()).holder).toBeNull();
  });

  promises("there is work while anything is defined, fires, or is yet to be followed", async ({ stores, follower }) => {
    const hasWork = async () => (await stores.watching.lease()).hasWork;
    expect(await hasWork()).toBe(false);
    await report(stores, materialization("a"));
    expect(await hasWork()).toBe(true);
    await follower.follow();
    await stores.watching.step({
      fence: follower.fence,
      now: noon,
      clock: noon,
      settleUntil: null,
      cursor: undefined,
      notesProgress: true,
    });
    expect(await hasWork()).toBe(false);
    await define(stores, { key: "a", freshness: window("1h") });
    expect(await hasWork()).toBe(true);
  });
}

function listPromises(promises: Promises): void {
  promises(
    "alerts and subjects are listed page by page, narrowed, and muted as long as it was said",
    async (subject) => {
      const { stores, clock, follower } = subject;
      const names = Array.from({ length: 25 }, (_, i) => `x/${String(i).padStart(2, "0")}`);
      await define(stores, ...names.map((key) => ({ key, freshness: window("1h") })), {
        key: "y",
        freshness: window("9h"),
      });
      await report(stores, ...[...names, "y"].map((key) => materialization(key)));
      await follower.follow();
      clock.now += hour;
      await follower.follow();
      const { watching } = stores;
      const pages: string[][] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await watching.alerts(
          { status: "firing", kind: "freshness", prefix: ["x"] },
          { limit: 10, cursor },
        );
        pages.push(page.alerts.map(({ assetKey }) => assetKey.join("/")));
        if (!page.hasMore) break;
        cursor = page.cursor ?? undefined;
      }
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expect(pages.flat().sort()).toEqual(names);
      const failing: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await watching.subjects({ state: "FAIL", prefix: ["x"] }, { limit: 7, cursor });
        failing.push(...page.subjects.map(({ assetKey }) => assetKey.join("/")));
        if (!page.hasMore) break;
        cursor = page.cursor ?? undefined;
      }
      expect(failing).toEqual(names);
      expect(await watching.counts()).toEqual({
        subjects: { PASS: 1, WARN: 0, FAIL: 25, UNKNOWN: 0 },
        firing: [{ kind: "freshness", severity: "ERROR", count: 25 }],
      });
      expect(await watching.firing()).toEqual((await watching.counts()).firing);

      await watching.mute({ prefix: ["x"] }, clock.now + hour, "ci");
      await watching.mute({ assetKey: ["x", "03"] }, clock.now + 2 * hour, null);
      const muted = async () =>
        (await watching.alerts({}, { limit: 50 })).alerts.filter(({ mutedUntil }) => mutedUntil !== null);
      expect(await muted()).toHaveLength(25);
      expect((await watching.mutes()).map(({ until, by }) => [until - clock.now, by])).toEqual([
        [hour, "ci"],
        [2 * hour, null],
      ]);
      clock.now += hour;
      expect((await muted()).map(({ assetKey }) => assetKey.join("/"))).toEqual(["x/03"]);
      expect(await watching.unmute({ assetKey: ["x", "03"] })).toBe(true);
      expect(await watching.unmute({ assetKey: ["x", "03"] })).toBe(false);
      expect(await muted()).toEqual([]);
    },
  );

  promises("an alert is forgotten 90 days after it was resolved", async ({ stores, clock, follower }) => {
    await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
    await follower.follow();
    await report(stores, checkEvaluation("a", { checkName: "c", passed: true }));
    await follower.follow();
    clock.now += 91 * day;
    await report(stores, checkEvaluation("b", { checkName: "c", passed: false }));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check b c: ERROR, firing, check_failed"]);
  });
}
