import type { FreshnessState } from "../../../core/freshness/index.ts";
import type { AssetKey } from "../../../core/index.ts";
import type {
  AlertFilter,
  AlertPage,
  AssetFreshness,
  ListRequest,
  Mute,
  Subject,
  SubjectFilter,
  SubjectPage,
  WatchCounts,
  WatchStore,
} from "../../../storage/index.ts";
import { type Caller, reaches } from "../../http/access/caller.ts";
import { assertReached, narrowTo } from "../../http/access/scoped-event-log.ts";

/** What pages read of the watching. */
export type WatchReads = Pick<
  WatchStore,
  "freshnessOf" | "partitionsOf" | "subjects" | "counts" | "alerts" | "alert" | "mutes"
>;

/** How many alerts fire. */
export interface FiringCount {
  readonly count: number;
  /** Whether there are more. */
  readonly isMore: boolean;
}

/** How many firing alerts are counted for a caller who may not see all. */
const mostCounted = 100;
/** How many partitions the store looks up at once. */
const partitionsAtOnce = 1000;
const noSubjects: Readonly<Record<FreshnessState, number>> = { PASS: 0, WARN: 0, FAIL: 0, UNKNOWN: 0 };

/** What is watched, narrowed to a caller's prefix. Lists leave out what is outside; a named asset outside is a 403. */
export class PageWatching {
  readonly #store: WatchReads | undefined;
  readonly #caller: Caller;

  constructor(store: WatchReads | undefined, caller: Caller) {
    this.#store = store;
    this.#caller = caller;
  }

  /** Whether this server watches anything. */
  get isStored(): boolean {
    return this.#store !== undefined;
  }

  async freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]> {
    for (const key of keys) assertReached(this.#caller, key);
    if (this.#store === undefined || keys.length === 0) return keys.map(() => undefined);
    return this.#store.freshnessOf(keys);
  }

  async partitionsOf(key: AssetKey, partitions: readonly string[]): Promise<ReadonlyMap<string, Subject>> {
    assertReached(this.#caller, key);
    const found = new Map<string, Subject>();
    for (let from = 0; this.#store !== undefined && from < partitions.length; from += partitionsAtOnce) {
      const part = await this.#store.partitionsOf(key, partitions.slice(from, from + partitionsAtOnce));
      for (const [partition, subject] of part) found.set(partition, subject);
    }
    return found;
  }

  async subjects(filter: SubjectFilter, page: ListRequest): Promise<SubjectPage> {
    const narrowed = narrowTo(this.#caller, filter);
    return this.#store?.subjects(narrowed, page) ?? { subjects: [], cursor: null, hasMore: false };
  }

  async alerts(filter: AlertFilter, page: ListRequest): Promise<AlertPage> {
    const narrowed = narrowTo(this.#caller, filter);
    return this.#store?.alerts(narrowed, page) ?? { alerts: [], cursor: null, hasMore: false };
  }

  /** The counts of the whole server; undefined for a caller who may not see all of it. */
  async counts(): Promise<WatchCounts | undefined> {
    if (this.#caller.prefix !== null) return undefined;
    return this.#store?.counts() ?? { subjects: noSubjects, firing: [] };
  }

  /** How many alerts fire that the caller may see. */
  async firing(): Promise<FiringCount> {
    const counts = await this.counts();
    if (counts !== undefined) return { count: counts.firing.reduce((sum, { count }) => sum + count, 0), isMore: false };
    const { alerts, hasMore } = await this.alerts({ status: "firing" }, { limit: mostCounted });
    return { count: alerts.length, isMore: hasMore };
  }

  /** The mutes of what the caller may see, and of what contains it. */
  async mutes(): Promise<readonly Mute[]> {
    const all = (await this.#store?.mutes()) ?? [];
    const own = this.#caller.prefix;
    return all.filter(({ name }) => {
      if (reaches(this.#caller, name.assetKey ?? name.prefix)) return true;
      return own !== null && name.prefix?.every((part, i) => part === own[i]) === true;
    });
  }
}
