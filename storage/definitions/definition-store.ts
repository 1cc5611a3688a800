import type { Definition } from "../../core/definitions/definition.ts";
import type { AssetKey } from "../../core/index.ts";
import type { ListRequest } from "../event-log.ts";

/**
 * Stores definitions of assets, beside the log that they are for. Each belongs to one source, and is stored under its
 * asset key or prefix: it may be there before the first event of the asset, and a wipe leaves it.
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
   * Makes the definitions of a source equal to these (of two with one name the last counts), in their place: what the source defined before and does not name
   * now is removed. All or nothing: a reader sees the definitions from before or those from after, never some of each.
   * Resolves once that is durable. A result other than `replaced` has changed nothing.
   *
   * @example
   * const { definitions } = await openStores({ url: ":memory:" });
   * const result = await definitions.replace("team-a", [], { dryRun: true });
   * if (result.status === "emptied") console.log(`${result.definitions} definitions would be removed`);
   */
  replace(source: string, definitions: Definitions, options?: ReplaceOptions): Promise<ReplaceResult>;

  /** The definition of exactly this key or prefix; undefined where there is none. */
  get(name: DefinitionName): Promise<DefinitionRecord | undefined>;

  /** The definition that holds for a key: its own, else that of the longest prefix of it (which may be the key itself). */
  definitionFor(key: AssetKey): Promise<DefinitionRecord | undefined>;

  /** As `definitionFor`, of each key, in the order of the keys, all as of one revision. For up to 1,000 keys. */
  definitionsFor(keys: readonly AssetKey[]): Promise<readonly (DefinitionRecord | undefined)[]>;

  /**
   * Definitions ordered by key (part by part, each by code point), a key before the same prefix. A page may be shorter
   * than its limit. Pages that are read while something is replaced may be of different revisions: each says its own.
   */
  list(filter: DefinitionFilter, page: ListRequest): Promise<DefinitionPage>;

  /**
   * A number that grows with every change of any definition, of this process or another, and only then; 0 where there
   * never was one. Answered from one row: a cache or a watcher compares it before it reads more.
   */
  revision(): Promise<number>;
}

/** An array, or what gives them one after another: if that fails, the replacement does, and changes nothing. */
export type Definitions = Iterable<Definition> | AsyncIterable<Definition>;

/** What a definition is of. A key and a prefix with the same parts are different names. */
export type DefinitionName =
  | { readonly key: AssetKey; readonly prefix?: undefined }
  | { readonly prefix: AssetKey; readonly key?: undefined };

export interface ReplaceOptions {
  /** True: answers what would happen, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** True: what other sources define under these names moves to this source. Default: `owned` is answered. */
  readonly takeOver?: boolean | undefined;
  /** True: a source may lose all its definitions. Default: `emptied` is answered. */
  readonly allowEmpty?: boolean | undefined;
  /** The key itself and all below it: where anything that the source defines, or defined until now, lies outside, `outside` is answered. */
  readonly within?: AssetKey | undefined;
}

/** How many definitions of the source are new, differ, are gone, and are as they were. What was taken over counts as changed. */
export interface DefinitionChanges {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

export type ReplaceResult =
  /** It is done, or would be. `revision` is the one since which that holds; of a dry run, the one it was compared with. */
  | { readonly status: "replaced"; readonly changes: DefinitionChanges; readonly revision: number }
  /** Other sources own some of the names: these are the first 100, in their order, with how many there are in all. */
  | { readonly status: "owned"; readonly conflicts: readonly DefinitionConflict[]; readonly total: number }
  /** The source would lose all its definitions, which are so many. */
  | { readonly status: "emptied"; readonly definitions: number }
  /** This name of the source, the first such in their order, lies outside of `within`. */
  | { readonly status: "outside"; readonly name: DefinitionName }
  /** All sources together would have more than core's `definitionLimits` allow. */
  | {
      readonly status: "over_limit";
      readonly limit: "definitions" | "subjects";
      readonly count: number;
      readonly most: number;
    };

export interface DefinitionConflict {
  readonly name: DefinitionName;
  /** Who owns it. */
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
   * When its freshness policy was given first; null without one. A changed policy keeps it, as does one that another
   * source takes over; one that was removed and is given again starts anew. For an asset below a prefix, the time of its
   * first event counts where that is greater: the store does not know it.
   */
  readonly definedAt: number | null;
}

export interface DefinitionFilter {
  /** What lies at this key or below it, prefixes too; not a prefix above it, which may hold for keys below. */
  readonly prefix?: AssetKey | undefined;
  readonly source?: string | undefined;
  /** Only those whose last change is after this revision. */
  readonly changedAfter?: number | undefined;
}

export interface DefinitionPage {
  readonly definitions: readonly DefinitionRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** As of which the page was read. */
  readonly revision: number;
}
