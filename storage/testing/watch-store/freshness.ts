import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { alertsOf, changesOf, define, report } from "./follower.ts";
import { type DeclareTest, day, hour, minute, window } from "./harness.ts";

export function freshnessContract(declareTest: DeclareTest): void {
  declareTest("an asset that comes, comes late, fails and comes again", async ({ stores, clock, follower }) => {
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

  declareTest(
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

  declareTest(
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

  declareTest("observations count where the policy says so, evaluations never", async ({ stores, clock, follower }) => {
    const counts = ["materialization", "observation"];
    await define(stores, { key: "a", freshness: { ...window("2h"), counts } }, { key: "b", freshness: window("2h") });
    clock.now += hour;
    const seen = (key: string) => [observation(key), checkEvaluation(key, { checkName: "c", passed: true })];
    await report(stores, ...seen("a"), ...seen("b"));
    await follower.follow();
    const states = (await stores.watching.freshnessOf([["a"], ["b"]])).map((one) => one?.state);
    expect(states).toEqual(["PASS", "UNKNOWN"]);
  });

  declareTest(
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

  declareTest(
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
