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
import type { Caller } from "../../http/access/caller.ts";
import type { AppDeps } from "../../http/app-deps.ts";
import { ScopedWatching } from "../../http/watching/scoped-watching.ts";

/** How many alerts fire. */
export interface FiringCount {
  readonly count: number;
  /** Whether there are more. */
  readonly isMore: boolean;
}

/** How many firing alerts are counted for a caller who may not see all. */
const mostCounted = 100;
const nothing = { cursor: null, hasMore: false } as const;

/** The freshness and the alerts that pages show, narrowed to a caller's prefix. Without a store there are none. */
export class PageWatching {
  readonly #store: WatchStore | undefined;
  readonly #scoped: ScopedWatching;
  readonly #caller: Caller;

  constructor({ watching }: Pick<AppDeps, "watching">, caller: Caller) {
    this.#store = watching;
    this.#scoped = new ScopedWatching(watching === undefined ? {} : { watching }, caller);
    this.#caller = caller;
  }

  /** Whether this server has a store for what is watched. */
  get isStored(): boolean {
    return this.#store !== undefined;
  }

  async freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]> {
    return this.#scoped.freshnessOf(keys);
  }

  async partitionsOf(key: AssetKey, partitions: readonly string[]): Promise<ReadonlyMap<string, Subject>> {
    return this.#scoped.partitionsOf(key, partitions);
  }

  async subjects(filter: SubjectFilter, page: ListRequest): Promise<SubjectPage> {
    return this.isStored ? this.#scoped.subjects(filter, page) : { subjects: [], ...nothing };
  }

  async alerts(filter: AlertFilter, page: ListRequest): Promise<AlertPage> {
    return this.isStored ? this.#scoped.alerts(filter, page) : { alerts: [], ...nothing };
  }

  async mutes(): Promise<readonly Mute[]> {
    return this.isStored ? this.#scoped.mutes() : [];
  }

  /** How many alerts fire on the whole server; undefined for a caller who may not see all of it. */
  async counts(): Promise<WatchCounts["firing"] | undefined> {
    if (this.#caller.prefix !== null) return undefined;
    return (await this.#store?.firing()) ?? [];
  }

  /** How many alerts fire that the caller may see. */
  async firing(): Promise<FiringCount> {
    const counts = await this.counts();
    if (counts !== undefined) return { count: counts.reduce((sum, { count }) => sum + count, 0), isMore: false };
    const { alerts, hasMore } = await this.alerts({ status: "firing" }, { limit: mostCounted });
    return { count: alerts.length, isMore: hasMore };
  }
}
