import { type Definition, definitionLimits } from "../../core/definitions/definition.ts";
import { type AssetKey, hasPrefix } from "../../core/index.ts";
import type { ListPosition } from "../cursors/list-cursor.ts";
import type { DefinitionName, ReplaceResult } from "./definition-store.ts";

/** The name of a definition, without the rest of it. */
export function nameOf({ key, prefix }: DefinitionName): DefinitionName {
  return key === undefined ? { prefix } : { key };
}

/** The parts of the key or prefix. */
export const partsOf = ({ key, prefix }: DefinitionName): AssetKey => key ?? prefix;

/** The definition with U+FFFD for lone surrogates in its name, as the keys of events are kept. */
export function wellFormedDefinition(definition: Definition): Definition {
  const parts = partsOf(definition).map((part) => part.toWellFormed());
  return definition.key === undefined ? { ...definition, prefix: parts } : { ...definition, key: parts };
}

/** A definition as JSON, always the same for the same content: tags in the order of their names. */
export function formatDefinition(definition: Definition): string {
  const tags = Object.entries(definition.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ ...definition, tags: Object.fromEntries(tags) });
}

/**
 * The position of a definition in lists. Null sorts before every part, so that a key comes before the keys below it.
 */
export function definitionPosition(name: DefinitionName): ListPosition {
  return [...partsOf(name), null, name.key === undefined ? "prefix" : "key"];
}

/** The name at a position of a list. */
export function nameAtPosition(position: ListPosition): DefinitionName {
  const parts = position.slice(0, -2).map((part) => part ?? "");
  return position.at(-1) === "prefix" ? { prefix: parts } : { key: parts };
}

/** Whether a name is outside of a prefix. */
export function isOutside(name: DefinitionName, within: AssetKey | undefined): boolean {
  return within !== undefined && !hasPrefix(partsOf(name), within);
}

/**
 * The result that refuses more definitions or subjects than the limits of all sources. Undefined if they are within.
 */
export function overLimit(definitions: number, subjects: number): ReplaceResult | undefined {
  const { definitions: mostDefinitions, subjects: mostSubjects } = definitionLimits;
  if (definitions > mostDefinitions) {
    return { status: "over_limit", limit: "definitions", count: definitions, most: mostDefinitions };
  }
  if (subjects > mostSubjects) return { status: "over_limit", limit: "subjects", count: subjects, most: mostSubjects };
  return undefined;
}

/** How many conflicts a result names. */
export const mostConflicts = 100;
