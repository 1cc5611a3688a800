import type { AssetKey } from "../../../core/index.ts";
import type {
  DefinitionFilter,
  DefinitionPage,
  DefinitionRecord,
  DefinitionStore,
  Definitions,
  ListRequest,
  ReplaceOptions,
  ReplaceResult,
} from "../../../storage/index.ts";
import type { Caller } from "../access/caller.ts";
import { assertReached, narrowTo } from "../access/scoped-event-log.ts";
import type { AppDeps } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";

/** How many keys the store looks up at once. */
const keysAtOnce = 1000;

/**
 * Definitions narrowed to a caller's prefix. Lists leave out what is outside, and an asset outside is a 403. What holds
 * for an asset inside may be defined for a prefix above.
 */
export class ScopedDefinitions {
  readonly #store: DefinitionStore | undefined;
  readonly #caller: Caller;

  constructor({ definitions }: Pick<AppDeps, "definitions">, caller: Caller) {
    this.#store = definitions;
    this.#caller = caller;
  }

  /** The definition that holds for a key. Undefined if none does, also without a store. */
  async definitionFor(key: AssetKey): Promise<DefinitionRecord | undefined> {
    assertReached(this.#caller, key);
    return this.#store?.definitionFor(key);
  }

  /** Likewise for each key, in their order. */
  async definitionsFor(keys: readonly AssetKey[]): Promise<readonly (DefinitionRecord | undefined)[]> {
    for (const key of keys) assertReached(this.#caller, key);
    if (this.#store === undefined) return keys.map(() => undefined);
    const found: (DefinitionRecord | undefined)[] = [];
    for (let from = 0; from < keys.length; from += keysAtOnce) {
      for (const record of await this.#store.definitionsFor(keys.slice(from, from + keysAtOnce))) found.push(record);
    }
    return found;
  }

  /** Whether there ever was a definition, of anybody. */
  async hasAny(): Promise<boolean> {
    return this.#store !== undefined && (await this.#store.revision()) > 0;
  }

  async list(filter: DefinitionFilter, page: ListRequest): Promise<DefinitionPage> {
    const narrowed = narrowTo(this.#caller, filter);
    return this.#stored().list(narrowed, page);
  }

  replace(source: string, definitions: Definitions, options: ReplaceOptions): Promise<ReplaceResult> {
    const within = this.#caller.prefix ?? undefined;
    return this.#stored().replace(source, definitions, { ...options, within });
  }

  /** Throws HttpError 501 without a store. */
  assertStored(): void {
    this.#stored();
  }

  #stored(): DefinitionStore {
    if (this.#store !== undefined) return this.#store;
    throw new HttpError(501, "This server has no store of definitions. Give createApp one: { log, definitions }.");
  }
}
