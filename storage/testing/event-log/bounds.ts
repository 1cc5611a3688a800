import { checkEvaluation, materialization, type RunlessEvent } from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import type { FailingCheck } from "../../overview.ts";
import { expect } from "../expect.ts";
import type { DeclareTest } from "./harness.ts";
import { readAssetMarks, readAssets, readChecks, readKeys, walkPages } from "./walk-pages.ts";

const longKey = (i: number) => ["long", `${"a".repeat(8000)}${String(i).padStart(4, "0")}`];

async function recordAtOnce(log: EventLog, events: readonly RunlessEvent[]): Promise<void> {
  await log.append([events.map((event) => ({ event }))]);
}

const partitions = [null, "", "a", "b", "c", "\u{1f600}"];

/** Records dozens of checks, for each partition and for none. Returns the failing ones, in their order. */
function manyChecks(key: string, names: number, fails: (i: number) => false | "WARN" | "ERROR") {
  const events: RunlessEvent[] = [];
  const failing: Omit<FailingCheck, "id">[] = [];
  for (let n = 0; n < names; n++) {
    for (const partition of partitions) {
      const checkName = `c${String(n).padStart(4, "0")}`;
      const severity = fails(events.length) || "ERROR";
      const passed = fails(events.length) === false;
      events.push(checkEvaluation(key, { checkName, partition, passed, severity }));
      if (!passed) failing.push({ checkName, partition, severity });
    }
  }
  return { events, failing };
}

/** The cost of a read must not grow with the reported data: a page ends early, and the next one continues. */
export function boundsContract(declareTest: DeclareTest): void {
  declareTest("a page of assets looks at no more than some megabytes of keys", async ({ log }) => {
    await recordAtOnce(log, [
      ...Array.from({ length: 1500 }, (_, i) => materialization(longKey(i))),
      materialization("z"),
    ]);
    for (const search of ["aab", longKey(1499)[1]?.slice(-200) ?? ""]) {
      const pages = await walkPages(
        (page) => log.assets({ search }, page),
        ({ assets }) => assets,
      );
      expect(pages.length).toBeGreaterThan(2);
      expect(pages[0]).toMatchObject({ assets: [], hasMore: true });
      expect(pages.flatMap(({ assets }) => assets.map(({ assetKey }) => assetKey))).toEqual(
        search === "aab" ? [] : [longKey(1499)],
      );
    }
    expect(await readKeys(log, { prefix: ["z"] })).toEqual([["z"]]);
    for (const order of ["latest", "state", "reports"] as const) {
      const { assets, hasMore } = await log.assets({}, { limit: 1000, order });
      expect(assets.length).toBeAtMost(1000);
      expect(await readAssets(log, { prefix: ["z"] }, [10], order)).toMatchObject([{ assetKey: ["z"] }]);
      expect(assets.length > 0 || !hasMore).toBe(true);
    }
  });

  declareTest(
    "an asset has the first thousand of its checks, and says that there are more",
    async ({ log, overview }) => {
      const events = (count: number) =>
        Array.from({ length: count }, (_, i) =>
          checkEvaluation("a", { checkName: `c${String(i).padStart(4, "0")}`, passed: true }),
        );
      await recordAtOnce(log, events(1000));
      expect(await log.asset(["a"])).toMatchObject({ checks: { length: 1000 }, hasMoreChecks: false });
      await recordAtOnce(log, events(1001).slice(1000));
      const found = await log.asset(["a"]);
      expect(found).toMatchObject({ checks: { length: 1000 }, hasMoreChecks: true });
      expect(found?.checks.at(-1)?.checkName).toBe("c0999");
      expect(found?.counts.checkEvaluations).toBe(1001);
      expect(await readAssets(log)).toEqual(found === undefined ? [] : [found]);
      expect(await readAssetMarks(overview)).toMatchObject([{ checks: { passed: 1001, warned: 0, failed: 0 } }]);
      expect(await readChecks(log, ["a"], [1000])).toHaveLength(1001);
    },
  );

  declareTest("hundreds of checks are told as a few are", async ({ log, overview }) => {
    const some = manyChecks("some", 100, (i) => (i % 7 === 0 ? "ERROR" : i % 5 === 0 ? "WARN" : false));
    const last = manyChecks("last", 100, (i) => (i === 599 ? "WARN" : false));
    const few = manyChecks("few", 3, (i) => (i % 2 === 0 ? "WARN" : false));
    const none = manyChecks("none", 100, () => false);
    for (const { events } of [some, last, few, none]) await recordAtOnce(log, events);
    await recordAtOnce(log, [materialization("quiet")]);
    const all = [some, last, few, none].map(({ failing }) => failing);
    const keys = [["some"], ["last"], ["few"], ["none"], ["quiet"], ["unheard of"]];
    for (const limit of [1, 2, 5, 6, 7, 50, 1000]) {
      const found = await overview.failingChecks(keys, limit);
      expect(found.map((checks) => checks.map(({ id: _, ...check }) => check))).toEqual(
        [...all, [], []].map((checks) => checks.slice(0, limit)),
      );
    }
    for (const limits of [[1], [3], [100]]) {
      const marks = await readAssetMarks(overview, {}, limits);
      expect(marks.map(({ assetKey, checks }) => [assetKey[0], checks.passed, checks.warned, checks.failed])).toEqual([
        ["few", 0, 3, 0],
        ["last", 99, 1, 0],
        ["none", 100, 0, 0],
        ["quiet", 0, 0, 0],
        ["some", ...countStates(some.failing, 100)],
      ]);
      const failing = await readAssetMarks(overview, { failing: true }, limits);
      expect(failing.map(({ assetKey }) => assetKey[0])).toEqual(["few", "last", "some"]);
      const byState = await readAssetMarks(overview, {}, limits, "state");
      expect(byState.map(({ assetKey }) => assetKey[0])).toEqual(["some", "few", "last", "none", "quiet"]);
    }
    for (const limits of [[1000], [7, 11]]) {
      const checks = await readChecks(log, ["some"], limits);
      expect(checks.map(({ checkName, partition }) => [checkName, partition])).toEqual(
        some.events.map((event) => [event.type === "ASSET_CHECK_EVALUATION" ? event.checkName : "", event.partition]),
      );
    }
  });

  declareTest(
    "thousands of partitions are counted, and marked where a check of them fails",
    async ({ log, overview }) => {
      const names = Array.from({ length: 1200 }, (_, i) => `p${String(i).padStart(4, "0")}`);
      await recordAtOnce(
        log,
        names.map((partition) => materialization("a", { partition })),
      );
      const checks = Array.from({ length: 40 }, (_, n) =>
        names
          .slice(n * 20, n * 20 + 40)
          .map((partition, i) =>
            checkEvaluation("a", { checkName: `c${n}`, partition, passed: (n + i) % 9 !== 0 && i !== 39 }),
          ),
      );
      await recordAtOnce(log, checks.flat());
      const failing = new Set(
        checks
          .flat()
          .flatMap((event) => (event.type === "ASSET_CHECK_EVALUATION" && !event.passed ? event.partition : [])),
      );
      expect((await log.asset(["a"]))?.counts.partitions).toBe(1200);
      expect((await readAssetMarks(overview))[0]?.counts.partitions).toBe(1200);
      for (const limits of [[1000], [7, 300]]) {
        const pages = await walkPages(
          (page) => overview.partitionMarks(["a"], page),
          ({ partitions }) => partitions,
          limits,
        );
        expect(pages.flatMap((page) => page.partitions).map(({ partition, failing }) => [partition, failing])).toEqual(
          names.map((name) => [name, failing.has(name)]),
        );
      }
    },
  );
}

/** How many names pass, warn and fail, each in its worst partition. */
function countStates(failing: readonly Omit<FailingCheck, "id">[], names: number): readonly number[] {
  const errors = new Set(failing.flatMap(({ checkName, severity }) => (severity === "ERROR" ? checkName : [])));
  const all = new Set(failing.map(({ checkName }) => checkName));
  return [names - all.size, all.size - errors.size, errors.size];
}
