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
import { ScopedStore } from "../access/scoped-store.ts";
import type { AppDeps } from "../app-deps.ts";

const noStore = "This server has no store of definitions. Give createApp one: { log, definitions }.";

/**
 * Definitions narrowed to a caller's prefix. Lists leave out names that are outside of it, and an asset outside is a
 * 403. A definition of a prefix above is shown for the assets inside that it holds for.
 */
export class ScopedDefinitions extends ScopedStore<DefinitionStore> {
  constructor({ definitions }: Pick<AppDeps, "definitions">, caller: Caller) {
    super(definitions, caller, noStore);
  }

  /** The definition that holds for a key. Undefined if none does, also without a store. */
  async definitionFor(key: AssetKey): Promise<DefinitionRecord | undefined> {
    assertReached(this.caller, key);
    return this.storeIfAny?.definitionFor(key);
  }

  /** The definition that holds for each key, in their order. */
  async definitionsFor(keys: readonly AssetKey[]): Promise<readonly (DefinitionRecord | undefined)[]> {
    return this.ofKeys(keys, (store, some) => store.definitionsFor(some));
  }

  /** Whether any source has ever had a definition. */
  async hasAny(): Promise<boolean> {
    return ((await this.storeIfAny?.revision()) ?? 0) > 0;
  }

  async list(filter: DefinitionFilter, page: ListRequest): Promise<DefinitionPage> {
    const narrowed = narrowTo(this.caller, filter);
    return this.stored().list(narrowed, page);
  }

  replace(source: string, definitions: Definitions, options: ReplaceOptions): Promise<ReplaceResult> {
    const within = this.caller.prefix ?? undefined;
    return this.stored().replace(source, definitions, { ...options, within });
  }
}
