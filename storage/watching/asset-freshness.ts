import { type FreshnessState, worstState } from "../../core/freshness/index.ts";
import type { AssetKey } from "../../core/index.ts";
import { earliest, latest } from "../../core/time.ts";
import type { WatchedRow } from "./watch-plan.ts";
import type { AssetFreshness, Subject } from "./watch-store.ts";

/** The subjects of an asset that have one state, summed up: what `assetFreshness` takes. */
export interface SubjectGroup {
  /** Null for the row that an asset watched by partitions has beside theirs. */
  readonly state: FreshnessState | null;
  /** False for an asset without partitions. */
  readonly isOfPartitions: boolean;
  readonly count: number;
  /** The earliest. */
  readonly since: number;
  /** The latest. */
  readonly lastAt: number | null;
  /** The earliest. */
  readonly deadline: number | null;
  readonly nextAt: number | null;
  readonly definedAt: number | null;
}

/**
 * The subjects among rows: not those that say when other partitions are watched.
 *
 * @example
 * const orders = { assetKey: ["orders"], partition: null, since: 0, lastAt: null, deadline: null, definedAt: 0 };
 * const day = 86_400_000;
 * const rows: WatchedRow[] = [{ ...orders, state: "PASS", nextAt: day }, { ...orders, state: null, nextAt: day }];
 * console.log(subjectsIn(rows).map(({ state }) => state)); // [ 'PASS' ]
 */
export function subjectsIn(rows: readonly WatchedRow[]): readonly Subject[] {
  return rows.flatMap((row) => (row.state === null ? [] : [{ ...row, state: row.state }]));
}

/**
 * The freshness of an asset, from the groups of its subjects. Undefined if it has none.
 *
 * @example
 * const times = { since: 0, lastAt: null, deadline: null, nextAt: null, definedAt: 0 };
 * const freshness = assetFreshness(["orders"], [
 *   { ...times, state: "PASS", isOfPartitions: true, count: 6 },
 *   { ...times, state: "FAIL", isOfPartitions: true, count: 1 },
 * ]);
 * console.log(freshness?.state, freshness?.partitions); // FAIL { PASS: 6, FAIL: 1 }
 */
export function assetFreshness(assetKey: AssetKey, groups: readonly SubjectGroup[]): AssetFreshness | undefined {
  const judged = groups.filter(({ state }) => state !== null);
  const state = worstState(judged.flatMap((group) => group.state ?? []));
  const worst = judged.find((group) => group.state === state);
  if (worst === undefined) return undefined;
  const counts = judged.map((group) => [group.state, group.count] as const);
  return {
    assetKey,
    state,
    since: worst.since,
    lastAt: latest(judged.map(({ lastAt }) => lastAt)),
    deadline: worst.deadline,
    nextAt: earliest(groups.map(({ nextAt }) => nextAt)),
    definedAt: worst.definedAt,
    partitions: worst.isOfPartitions ? Object.fromEntries(counts) : null,
  };
}
