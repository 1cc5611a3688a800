import type { AssetKey } from "../asset-key.ts";
import type { Definition } from "./definition.ts";

/** Definitions by key and prefix. */
export interface DefinitionIndex {
  /** The definition of a key: its own, else that of its longest prefix (which may be the key itself). */
  definitionFor(key: AssetKey): Definition | undefined;
}

/**
 * Indexes definitions. A look-up takes at most one step for each part of the key.
 *
 * @example
 * const index = indexDefinitions(parseDefinitions("assets: [{ prefix: ml, group: models }]"));
 * console.log(index.definitionFor(["ml", "churn"])?.group); // models
 */
export function indexDefinitions(definitions: Iterable<Definition>): DefinitionIndex {
  const byKey = new Map<string, Definition>();
  const byPrefix = new Map<string, Definition>();
  for (const definition of definitions) {
    if (definition.key !== undefined) byKey.set(JSON.stringify(definition.key), definition);
    else byPrefix.set(JSON.stringify(definition.prefix), definition);
  }
  const find = ({ key, prefix }: KeyOrPrefix) =>
    key === undefined ? byPrefix.get(JSON.stringify(prefix)) : byKey.get(JSON.stringify(key));
  return { definitionFor: (key) => findHolding(key, find) };
}

type KeyOrPrefix =
  | { readonly key: AssetKey; readonly prefix?: undefined }
  | { readonly prefix: AssetKey; readonly key?: undefined };

/** The definition that holds for a key: that of the key itself, else that of its longest prefix. */
export function findHolding<Found>(key: AssetKey, find: (name: KeyOrPrefix) => Found | undefined): Found | undefined {
  const own = find({ key });
  for (let length = key.length; own === undefined && length > 0; length--) {
    const found = find({ prefix: key.slice(0, length) });
    if (found !== undefined) return found;
  }
  return own;
}
