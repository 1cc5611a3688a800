import { inBatches } from "../../../core/batches.ts";
import type { AssetKey } from "../../../core/index.ts";
import { HttpError } from "../http-error.ts";
import type { Caller } from "./caller.ts";
import { assertReached } from "./scoped-event-log.ts";

/** How many keys or partitions a store looks up at once. */
const mostAtOnce = 1000;

/** A store beside the log, narrowed to a caller's prefix. An app may have none: then look-ups find nothing. */
export abstract class ScopedStore<Store> {
  protected readonly caller: Caller;
  readonly #store: Store | undefined;
  readonly #missing: string;

  /** `missing` is the sentence of the HttpError 501 that all but look-ups throw without a store. */
  constructor(store: Store | undefined, caller: Caller, missing: string) {
    this.#store = store;
    this.caller = caller;
    this.#missing = missing;
  }

  /** Throws HttpError 501 without a store. */
  assertStored(): void {
    this.stored();
  }

  protected get storeIfAny(): Store | undefined {
    return this.#store;
  }

  protected stored(): Store {
    if (this.#store !== undefined) return this.#store;
    throw new HttpError(501, this.#missing);
  }

  /** What the store has for each key, in their order. Undefined for all without a store. */
  protected async ofKeys<Found>(
    keys: readonly AssetKey[],
    find: (store: Store, keys: readonly AssetKey[]) => Promise<readonly (Found | undefined)[]>,
  ): Promise<readonly (Found | undefined)[]> {
    for (const key of keys) assertReached(this.caller, key);
    const store = this.#store;
    if (store === undefined) return keys.map(() => undefined);
    return inBatches(keys, mostAtOnce, (some) => find(store, some));
  }

  /** What the store has for some partitions of an asset. Nothing without a store. */
  protected async ofPartitions<Found>(
    key: AssetKey,
    partitions: readonly string[],
    find: (store: Store, partitions: readonly string[]) => Promise<Iterable<Found>>,
  ): Promise<readonly Found[]> {
    assertReached(this.caller, key);
    const store = this.#store;
    return store === undefined ? [] : inBatches(partitions, mostAtOnce, (some) => find(store, some));
  }
}
