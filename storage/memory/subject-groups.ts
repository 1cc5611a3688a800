import { earliest, latest } from "../../core/time.ts";
import type { SubjectGroup } from "../watching/asset-freshness.ts";
import type { WatchedRow } from "../watching/watch-plan.ts";

/** The rows of one asset, by their state. */
export function groupsOf(rows: readonly WatchedRow[]): readonly SubjectGroup[] {
  const states = [...new Set(rows.map(({ state }) => state))];
  return states.map((state) => {
    const group = rows.filter((row) => row.state === state);
    return {
      state,
      isOfPartitions: group.some(({ partition }) => partition !== null),
      count: group.length,
      since: earliest(group.map(({ since }) => since)) ?? 0,
      lastAt: latest(group.map(({ lastAt }) => lastAt)),
      deadline: earliest(group.map(({ deadline }) => deadline)),
      nextAt: earliest(group.map(({ nextAt }) => nextAt)),
      definedAt: earliest(group.map(({ definedAt }) => definedAt)),
    };
  });
}
