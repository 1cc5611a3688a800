import { declareTestOn } from "../declare-test.ts";
import type { TestRunner } from "../test-runner.ts";
import { Follower, type WatchedStores } from "./follower.ts";

/** Opens new, empty stores. */
export type OpenWatchedStores = (options: { readonly now: () => number }) => Promise<WatchedStores>;

interface Subject {
  readonly stores: WatchedStores;
  /** The time that the stores read. */
  readonly clock: { now: number };
  /** It holds the lease. */
  readonly follower: Follower;
}

/** Declares a test on stores of its own. */
export type DeclareTest = (sentence: string, body: (subject: Subject) => Promise<void>) => void;

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** In milliseconds: some of these tests take hundreds of steps. */
const longestTest = 60_000;

export function createDeclareTest(runner: TestRunner, open: OpenWatchedStores): DeclareTest {
  return declareTestOn(runner, {
    open,
    logOf: ({ log }) => log,
    subjectOf: async (stores, clock) => {
      const follower = new Follower(stores, clock);
      await follower.take();
      return { stores, clock, follower };
    },
    longest: longestTest,
  });
}

/** A policy that fails so long after the last event that counted. */
export const window = (fail_window: string, warn_window?: string) => ({
  type: "time_window",
  fail_window,
  ...(warn_window === undefined ? {} : { warn_window }),
});

/** Partitions of days. */
export const daily = { type: "daily", start: "2026-11-01" };
