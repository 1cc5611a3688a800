import type { Definition } from "../../core/definitions/definition.ts";
import type { AssetKey } from "../../core/index.ts";
import type { ListRequest } from "../event-log.ts";

/**
 * Stores the definitions of the assets of a log. Each definition belongs to one source, and is stored under its asset
 * key or prefix. It may exist before the first event of the asset, and a wipe does not delete it.
 *
 * Every store passes `definitionStoreContract` of `runless/storage/testing`. Failures are EventLogErrors. A store lives as
 * long as the log that it was opened with.
 *
 * @example
 * const { log, definitions } = await openStores({ url: "file:runless.db" });
 * const result = await definitions.replace("team-a", parseDefinitions("assets: [{ key: warehouse/orders, group: finance }]"));
 * if (result.status === "replaced") console.log(result.changes); // { added: 1, changed: 0, removed: 0, unchanged: 0 }
 * console.log((await definitions.definitionFor(["warehouse", "orders"]))?.definition.group); // finance
 * await log.close();
 */
export interface DefinitionStore {
  /**
   * Replaces all definitions of a source with the given ones. Of two given definitions with one name the last counts. A
   * reader sees either the old definitions or the new ones. Resolves once the change is durable. A result other than
   * `replaced` means that nothing was changed.
   *
   * @example
   * const { definitions } = await openStores({ url: ":memory:" });
   * const result = await definitions.replace("team-a", [], { dryRun: true });
   * if (result.status === "emptied") console.log(`${result.definitions} definitions would be removed`);
   */
  replace(source: string, definitions: Definitions, options?: ReplaceOptions): Promise<ReplaceResult>;

  /** The definition of exactly this key or prefix; undefined where there is none. */
  get(name: DefinitionName): Promise<DefinitionRecord | undefined>;

  /** The definition that holds for a key: its own, else that of its longest prefix (which may be the key itself). */
  definitionFor(key: AssetKey): Promise<DefinitionRecord | undefined>;

  /** As `definitionFor` for each key, in the order of the keys, and all as of one revision. For up to 1,000 keys. */
  definitionsFor(keys: readonly AssetKey[]): Promise<readonly (DefinitionRecord | undefined)[]>;

  /**
   * Definitions ordered by key (part by part, each by code point), a key before the same prefix. A page may be shorter
   * than its limit. Pages that are read during a replacement may be of different revisions: each has its own.
   */
  list(filter: DefinitionFilter, page: ListRequest): Promise<DefinitionPage>;

  /**
   * A number that grows with every change of any definition, by this process or another, and only then. It is 0 before
   * the first change. It is cheap to read, so that a cache or a watcher can compare it before it reads more.
   */
  revision(): Promise<number>;
}

/** An array, or an iterable. If the iterable throws, the replacement fails, and changes nothing. */
export type Definitions = Iterable<Definition> | AsyncIterable<Definition>;

/** The name of a definition. A key and a prefix with the same parts are different names. */
export type DefinitionName =
  | { readonly key: AssetKey; readonly prefix?: undefined }
  | { readonly prefix: AssetKey; readonly key?: undefined };

export interface ReplaceOptions {
  /** True: the result says what would happen, and nothing is changed. */
  readonly dryRun?: boolean | undefined;
  /** True: definitions of other sources with these names move to this source. Default: the result is `owned`. */
  readonly takeOver?: boolean | undefined;
  /** True: the source may lose all its definitions. Default: the result is `emptied`. */
  readonly allowEmpty?: boolean | undefined;
  /**
   * A prefix: the key itself and all below it. If any old or new definition of the source is outside of it, the result
   * is `outside`.
   */
  readonly within?: AssetKey | undefined;
}

/**
 * How many definitions of the source are new, differ, are removed, and are the same. Those taken over count as changed.
 */
export interface DefinitionChanges {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

export type ReplaceResult =
  /** The source has the given definitions. `revision` is the current one; of a dry run, the one it was compared with. */
  | { readonly status: "replaced"; readonly changes: DefinitionChanges; readonly revision: number }
  /**
   * Other sources own some of the names. `conflicts` are the first 100 in their order, and `total` is how many there
   * are.
   */
  | { readonly status: "owned"; readonly conflicts: readonly DefinitionConflict[]; readonly total: number }
  /** The source would lose all its definitions. `definitions` is how many it has. */
  | { readonly status: "emptied"; readonly definitions: number }
  /** Names of the source are outside of `within`. This is the first of them in their order. */
  | { readonly status: "outside"; readonly name: DefinitionName }
  /** All sources together would have more than the `definitionLimits` of `runless/core/definitions` allow. */
  | {
      readonly status: "over_limit";
      readonly limit: "definitions" | "subjects";
      readonly count: number;
      readonly most: number;
    };

export interface DefinitionConflict {
  readonly name: DefinitionName;
  /** The source that owns it. */
  readonly source: string;
}

/** A definition as it is stored. Times are milliseconds since 1970 UTC, by the clock of the server that made the change. */
export interface DefinitionRecord {
  readonly definition: Definition;
  readonly source: string;
  /** The revision of its last change. */
  readonly revision: number;
  readonly changedAt: number;
  /**
   * When its freshness policy was first given; null without a policy. It stays the same if the policy changes, or if
   * another source takes it over. A policy that is removed and given again has a new time. For an asset below a prefix,
   * the time of its first event counts if that is later. The store does not know that time.
   */
  readonly definedAt: number | null;
}

export interface DefinitionFilter {
  /**
   * Definitions at this key or below it, those of prefixes too. A prefix above it is left out, even if it holds for
   * keys below.
   */
  readonly prefix?: AssetKey | undefined;
  readonly source?: string | undefined;
  /** Definitions whose last change is after this revision. */
  readonly changedAfter?: number | undefined;
}

export interface DefinitionPage {
  readonly definitions: readonly DefinitionRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** The revision of the page. */
  readonly revision: number;
}
