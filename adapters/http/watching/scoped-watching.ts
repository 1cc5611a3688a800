import type { AssetKey } from "../../../core/index.ts";
import type {
  Alert,
  AlertFilter,
  AlertPage,
  AssetFreshness,
  ListRequest,
  Mute,
  MuteName,
  Subject,
  SubjectFilter,
  SubjectPage,
  WatchStore,
} from "../../../storage/index.ts";
import { type Caller, mayDo, reaches } from "../access/caller.ts";
import { assertReached, narrowTo } from "../access/scoped-event-log.ts";
import { ScopedStore } from "../access/scoped-store.ts";
import type { AppDeps } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";

const noStore = "This server has no store of freshness and alerts. Give createApp one: { log, definitions, watching }.";

/**
 * Freshness and alerts narrowed to a caller's prefix. Lists leave out keys that are outside of it. A request for such a
 * key, or for an alert of one, is a 403.
 */
export class ScopedWatching extends ScopedStore<WatchStore> {
  constructor({ watching }: Pick<AppDeps, "watching">, caller: Caller) {
    super(watching, caller, noStore);
  }

  /** The freshness of each key, in their order. Undefined for one that is not watched, and for all without a store. */
  async freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]> {
    return this.ofKeys(keys, (store, some) => store.freshnessOf(some));
  }

  /** The subjects of those partitions that are watched. None without a store. */
  async partitionsOf(key: AssetKey, partitions: readonly string[]): Promise<ReadonlyMap<string, Subject>> {
    return new Map(await this.ofPartitions(key, partitions, (store, some) => store.partitionsOf(key, some)));
  }

  async subjects(filter: SubjectFilter, page: ListRequest): Promise<SubjectPage> {
    return this.stored().subjects(narrowTo(this.caller, filter), page);
  }

  async alerts(filter: AlertFilter, page: ListRequest): Promise<AlertPage> {
    return this.stored().alerts(narrowTo(this.caller, filter), page);
  }

  /** Undefined if there is none with this id. */
  async alert(id: number): Promise<Alert | undefined> {
    const alert = await this.stored().alert(id);
    if (alert === undefined || reaches(this.caller, alert.assetKey)) return alert;
    const { name } = this.caller;
    // The message leaves the key out, because the caller may not know it.
    throw new HttpError(403, `The alert ${id} is of an asset that the token ${name} is not for.`);
  }

  /** Closes an alert. Undefined if there is none with this id. An alert that has ended stays as it is. */
  async closeAlert(id: number): Promise<Alert | undefined> {
    return (await this.alert(id)) && this.stored().closeAlert(id);
  }

  async mute(name: MuteName, until: number): Promise<Mute> {
    const store = this.stored();
    assertReached(this.caller, partsOf(name));
    const by = this.caller.name;
    await store.mute(name, until, by);
    return { name, until, by };
  }

  /** Ends a mute. Returns false if there is none. */
  async unmute(name: MuteName): Promise<boolean> {
    const store = this.stored();
    assertReached(this.caller, partsOf(name));
    return store.unmute(name);
  }

  /**
   * The mutes whose key or prefix is inside. A mute of a shorter prefix is left out, though it may hold for assets
   * inside: `Alert.mutedUntil` has its end. Only admins get the name of the token that muted.
   */
  async mutes(): Promise<readonly Mute[]> {
    const mutes = await this.stored().mutes();
    const isAdmin = mayDo(this.caller, "admin");
    return mutes
      .filter(({ name }) => reaches(this.caller, partsOf(name)))
      .map((mute) => (isAdmin ? mute : { ...mute, by: null }));
  }
}

const partsOf = ({ assetKey, prefix }: MuteName): AssetKey => assetKey ?? prefix;
