import { isBad } from "../../../core/events/freshness-change.ts";
import { watchedPartitions } from "../../../core/freshness/index.ts";
import { compilePolicy, type FreshnessPolicy } from "../../../core/freshness/policy.ts";
import type { AssetKey } from "../../../core/index.ts";
import type { AssetFreshness, DefinitionRecord, Subject } from "../../../storage/index.ts";
import type { PageWatching } from "../page/page-watching.ts";

/** Of how many watched partitions the page shows the state. */
const mostPartitions = 1000;

/** What the page of an asset shows of its freshness policy. Times are milliseconds since 1970 UTC. */
export interface FreshnessView {
  readonly policy: FreshnessPolicy;
  /** Whether it is watched by partitions with time windows. */
  readonly isWindowed: boolean;
  /** The zone in which the policy's times are shown. */
  readonly zone: string;
  /** Undefined until it was judged for the first time, and on a server that watches nothing. */
  readonly freshness: AssetFreshness | undefined;
  /** The deadline that was missed; null if none was. */
  readonly missed: number | null;
  /** The next deadline; null where there is none before the next event. */
  readonly next: number | null;
  /** The watched partitions, by name; empty for an asset without partitions. */
  readonly partitions: ReadonlyMap<string, Subject>;
}

/** Undefined where no definition has a freshness policy for the asset. */
export async function readFreshness(
  watching: PageWatching,
  record: DefinitionRecord | undefined,
  { key, now }: { readonly key: AssetKey; readonly now: number },
): Promise<FreshnessView | undefined> {
  const { freshness: policy = null, partitions: expected = null } = record?.definition ?? {};
  if (policy === null) return undefined;
  const watched = expected === null ? undefined : watchedPartitions(policy, expected, now);
  const names = (watched?.partitions ?? []).map(({ partition }) => partition);
  const [[freshness], partitions] = await Promise.all([
    watching.freshnessOf([key]),
    watching.partitionsOf(key, names.slice(-mostPartitions)),
  ]);
  const deadlines = [freshness, ...partitions.values()].flatMap((subject) => subject?.deadline ?? []);
  // After its last window a partitioned asset has no further deadline.
  const isWindowed = expected !== null && expected.type !== "static";
  const isOver = isWindowed && watched?.nextEnd === null;
  const following = isOver ? null : nextRule(policy, watched, now);
  const ahead = [...deadlines, ...(following === null ? [] : [following])].filter((deadline) => deadline > now);
  return {
    policy,
    isWindowed,
    zone: policy.timezone ?? "UTC",
    freshness,
    missed: missedBy(freshness, now),
    next: freshness === undefined || ahead.length === 0 ? null : nearest(ahead, freshness),
    partitions,
  };
}

function missedBy({ state, deadline = null }: Partial<AssetFreshness> = {}, now: number): number | null {
  return isBad(state) && deadline !== null && deadline <= now ? deadline : null;
}

/** The next deadline by the rules alone, independent of events; null where the next event sets it. */
function nextRule(
  policy: FreshnessPolicy,
  watched: ReturnType<typeof watchedPartitions> | undefined,
  now: number,
): number | null {
  const rules = compilePolicy(policy);
  const isWindowed = watched !== undefined && watched.nextEnd !== null;
  const from = isWindowed ? watched.nextEnd - 1 : now;
  if (rules.type === "cron") return rules.ticks.after(from);
  return isWindowed ? watched.nextEnd + rules.fail : null;
}

/** An asset that is on time may have what its next ticks ask for already: then its own deadline counts. */
function nearest(ahead: readonly number[], { state, deadline, partitions }: AssetFreshness): number {
  if (partitions === null && state !== "FAIL" && deadline !== null && ahead.includes(deadline)) return deadline;
  return ahead.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
}
