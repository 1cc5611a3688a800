import { expect, test } from "bun:test";
import fc from "fast-check";
import { partitionsOf } from "../../../../adapters/cli/definitions/suggest.ts";
import { type Report, suggestFreshness } from "../../../../adapters/cli/definitions/suggest-freshness.ts";
import {
  evaluateFreshness,
  evaluatePartition,
  type FreshnessPolicy,
  type Partitions,
  parseDuration,
  watchedPartitions,
} from "../../../../core/freshness/index.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 9, 1);

const dayName = (at: number) => new Date(at).toISOString().slice(0, 10);
const hourName = (at: number) => `${new Date(at).toISOString().slice(0, 13).replace("T", "-")}:00`;

/** How partitions are named, and how long their windows are. Static ones and none have the rhythm alone. */
const kinds = [
  { length: day, nameOf: () => null },
  { length: hour, nameOf: () => null },
  { length: day, nameOf: dayName },
  { length: hour, nameOf: hourName },
  { length: 8 * hour, nameOf: (at: number) => ["eu", "us", "asia"][(at / (8 * hour)) % 3] ?? "eu" },
] as const;

/** Reports in the rhythm of windows, each at a usual time after (or before) the end of its window, with some that are not. */
const history = fc
  .record({
    kind: fc.constantFrom(...kinds),
    usualLag: fc.integer({ min: -day, max: 2 * day }),
    windows: fc.array(
      fc.record({
        isThere: fc.constantFrom(...Array<boolean>(30).fill(true), false),
        jitter: fc.integer({ min: 0, max: 2 * hour }),
        stray: fc.constantFrom(...Array<number>(40).fill(0), -3 * day, 9 * hour, 5 * day),
        again: fc.option(fc.integer({ min: 0, max: 3 * day }), { freq: 12 }),
      }),
      { minLength: 1, maxLength: 60 },
    ),
  })
  .map(({ kind: { length, nameOf }, usualLag, windows }) =>
    windows.flatMap(({ isThere, jitter, stray, again }, i): Report[] => {
      if (!isThere) return [];
      const window = start + i * length;
      const at = window + length + Math.round((usualLag * length) / day) + Math.round((jitter * length) / day) + stray;
      const report = { partition: nameOf(window), at };
      return again === null ? [report] : [report, { ...report, at: at + again }];
    }),
  );

/** The definition that is suggested for a history. */
function suggested(reports: readonly Report[]) {
  const names = [...new Set(reports.flatMap(({ partition }) => partition ?? []))].sort().slice(0, 100);
  const partitions = partitionsOf(names);
  return { partitions, freshness: suggestFreshness(reports, partitions) };
}

/** Subjects that are FAIL at a time, by what was reported until then. What began before the first report is left out. */
function failingAt(
  now: number,
  reports: readonly Report[],
  { policy, partitions }: { readonly policy: FreshnessPolicy; readonly partitions: Partitions | undefined },
): readonly string[] {
  const first = Math.min(...reports.map(({ at }) => at));
  const lastOf = (partition?: string) => {
    const times = reports.filter((one) => one.at <= now && (partition ?? one.partition) === one.partition);
    return times.length === 0 ? null : Math.max(...times.map(({ at }) => at));
  };
  if (partitions === undefined) {
    const { state } = evaluateFreshness(policy, { lastAt: lastOf(), definedAt: first, now });
    return state === "FAIL" ? ["the asset"] : [];
  }
  return watchedPartitions(policy, partitions, now).partitions.flatMap((window) => {
    const lastAt = lastOf(window.partition);
    if (window.end === null ? lastAt === null : window.end <= first) return [];
    return evaluatePartition(policy, window, { lastAt, definedAt: first, now }).state === "FAIL"
      ? [window.partition]
      : [];
  });
}

test("whatever came and whenever, a suggested policy is not failed by that history", () => {
  const told = { policies: 0, early: 0, whys: 0 };
  fc.assert(
    fc.property(history, (reports) => {
      const { partitions, freshness: policy } = suggested(reports);
      if (policy === undefined) return;
      if ("why" in policy) {
        told.whys++;
        return;
      }
      told.policies++;
      if (policy.early !== undefined) told.early++;
      const times = reports.map(({ at }) => at);
      const last = Math.max(...times);
      const fail = parseDuration(policy.fail_window) ?? 0;
      const ends = Array.from(
        { length: 70 },
        (_, i) => start + i * (partitions?.type === "hourly" ? hour : day) + fail,
      );
      const moments = [...times.flatMap((at) => [at - 1, at]), ...ends].filter((at) => at <= last);
      for (const now of moments) expect([now, failingAt(now, reports, { policy, partitions })]).toEqual([now, []]);
    }),
    { numRuns: 1500 },
  );
  for (const count of Object.values(told)) expect(count).toBeGreaterThan(30);
}, 120_000);

const daily = (lag: number, days: readonly number[] = [1, 2, 3, 4, 5, 6]) =>
  days.map((i) => ({ partition: dayName(start + i * day), at: start + i * day + day + lag }));
const partitions = { type: "daily", start: "2026-10-02" } as const;

test("partitions that are reported within their own window count early, by what covers all of them", () => {
  const policy = { type: "time_window", warn_window: "36h", fail_window: "2d" };
  expect(suggestFreshness(daily(-11 * hour - 50 * minute), partitions)).toEqual({ ...policy, early: "12h" } as never);
  expect(suggestFreshness(daily(10 * minute), partitions)).toEqual(policy as never);
  // Those that are reported once more after the end of their window need not count before.
  const again = [...daily(-11 * hour), ...daily(10 * minute)];
  expect(suggestFreshness(again, partitions)).not.toHaveProperty("early");
});

test.each<[string, readonly Report[], RegExp]>([
  ["one is missing", daily(hour, [1, 2, 3, 5, 6, 7, 8, 9]), /^2026-10-05 never came/],
  [
    "one came after newer ones are watched",
    [...daily(hour), { partition: "2026-10-08", at: start + 14 * day }],
    /lookback/,
  ],
  ["they come before their windows begin", daily(-2 * day), /before their windows began/],
])("there is no policy where %s, but a reason", (_, reports, why) => {
  expect(suggestFreshness(reports, partitions)).toEqual({ why: expect.stringMatching(why) });
});

test("each static partition has its own rhythm, and a pause that is many times as long gives a reason", () => {
  const keys = ["eu", "us"];
  const reports = keys.flatMap((partition, k) =>
    [0, 1, 2, 3].map((i) => ({ partition, at: start + i * day + k * hour })),
  );
  const policy = { type: "time_window", warn_window: "36h", fail_window: "2d" };
  expect(suggestFreshness(reports, { type: "static", keys })).toEqual(policy as never);
  const paused = [0, 1, 2, 3, 20].map((i) => ({ partition: null, at: start + i * day }));
  expect(suggestFreshness(paused, undefined)).toEqual({ why: expect.stringContaining("but once 17d") });
});
