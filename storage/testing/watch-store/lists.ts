import { checkEvaluation, materialization } from "../../../core/index.ts";
import { expect } from "../expect.ts";
import { alertsOf, define, report } from "./follower.ts";
import { type DeclareTest, day, hour, window } from "./harness.ts";

export function listsContract(declareTest: DeclareTest): void {
  declareTest(
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

  declareTest("an alert is forgotten 90 days after it was resolved", async ({ stores, clock, follower }) => {
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
