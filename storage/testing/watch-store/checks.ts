import { checkEvaluation, materialization } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { alertsOf, changesOf, define, report } from "./follower.ts";
import { type DeclareTest, day, hour, window } from "./harness.ts";

export function checksContract(declareTest: DeclareTest): void {
  const evaluation = (passed: boolean, fields: object = {}) =>
    checkEvaluation("a", { checkName: "c", passed, ...fields });

  declareTest("a check that fails for one partition fires for that one alone", async ({ stores, follower }) => {
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

  declareTest("an old failure opens silently, and an old pass resolves nothing", async ({ stores, follower }) => {
    await report(stores, evaluation(false, { timestamp: noon - 2 * day }));
    await follower.follow();
    const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
    expect(alert?.tellAt).toBeGreaterThan(noon + 365 * day);
    await report(stores, evaluation(true, { timestamp: noon - 3 * day }));
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a c: ERROR, firing, check_failed"]);
  });

  declareTest("a check whose evaluations are wiped fires no more", async ({ stores, follower }) => {
    await report(stores, evaluation(false));
    await follower.follow();
    await stores.log.wipe({ assetKey: ["a"] }, null);
    await follower.follow();
    expect(await alertsOf(stores)).toEqual(["check a c: ERROR, resolved, wiped"]);
  });

  declareTest(
    "a warning that was closed opens again where it becomes a failure",
    async ({ stores, clock, follower }) => {
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
    },
  );

  declareTest("a first deadline that was met is no missed one", async ({ stores, clock, follower }) => {
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

  declareTest("an alert that is closed opens again only for a new failure", async ({ stores, follower }) => {
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
