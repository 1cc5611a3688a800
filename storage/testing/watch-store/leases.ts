import { materialization } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { alertsOf, define, Follower, report } from "./follower.ts";
import { type DeclareTest, hour, window } from "./harness.ts";

export function leasesContract(declareTest: DeclareTest): void {
  declareTest("only the holder of the lease writes", async ({ stores, clock, follower }) => {
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

  declareTest("a lease that changed since it was read is not taken", async ({ stores }) => {
    const { watching } = stores;
    const seen = await watching.lease();
    expect(await watching.takeLease("two", seen)).toBe(seen.fence + 1);
    expect(await watching.takeLease("three", seen)).toBeUndefined();
    await watching.releaseLease(seen.fence); // of who has lost it
    expect((await watching.lease()).holder).toBe("two");
    await watching.releaseLease(seen.fence + 1);
    expect((await watching.lease()).holder).toBe(null);
  });

  declareTest(
    "there is work while anything is defined, fires, or is yet to be followed",
    async ({ stores, follower }) => {
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
    },
  );
}
