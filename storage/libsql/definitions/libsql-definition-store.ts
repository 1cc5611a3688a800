import type { Definition } from "../../../core/definitions/definition.ts";
import { formatListCursor, parseListCursor } from "../../cursors/list-cursor.ts";
import { definitionPosition } from "../../definitions/definition-changes.ts";
import type { DefinitionRecord } from "../../definitions/definition-store.ts";
import type { LibsqlDefinitionStore, ReplaceEncoded } from "../libsql-options.ts";
import type { LogDatabase } from "../log-database.ts";
import { decodeKey, decodeText } from "../write/sortable-text.ts";
import { encodeDefinitions } from "./encode-definitions.ts";
import type { DefinitionRow } from "./read-definitions.ts";

/** The definitions in the database of a log. */
export function createLibsqlDefinitionStore(
  database: LogDatabase,
  replaceEncoded: ReplaceEncoded,
): LibsqlDefinitionStore {
  return {
    replaceEncoded,
    replace: async (source, definitions, options = {}) =>
      replaceEncoded(source, await encodeDefinitions(definitions), options),
    get: async (name) => recordOf(await database.definition(name)),
    definitionFor: async (key) => recordOf((await database.definitionsFor([key]))[0]),
    definitionsFor: async (keys) => (await database.definitionsFor(keys)).map(recordOf),
    list: async (filter, { limit, cursor }) => {
      const { prefix, source, changedAfter = -1 } = filter;
      const marked = ["definitions", prefix, source, changedAfter];
      const from = parseListCursor(cursor, marked);
      const { rows, last, hasMore, revision } = await database.definitionList(filter, limit, from);
      const position = last === undefined ? from : positionOf(last);
      return {
        definitions: rows.flatMap((row) => recordOf(row) ?? []),
        cursor: position === undefined ? null : formatListCursor(position, marked),
        hasMore,
        revision,
      };
    },
    revision: () => database.definitionRevision(),
  };
}

function positionOf([name, kind]: readonly [string, 0 | 1]) {
  const parts = decodeKey(name);
  return definitionPosition(kind === 0 ? { key: parts } : { prefix: parts });
}

function recordOf(row: DefinitionRow | undefined): DefinitionRecord | undefined {
  if (row === undefined) return undefined;
  const { content, source, ...record } = row;
  // formatDefinition wrote it
  return { definition: JSON.parse(content) as Definition, source: decodeText(source), ...record };
}
