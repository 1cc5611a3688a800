import type { Definition } from "../../../core/definitions/definition.ts";
import type { AssetKey } from "../../../core/index.ts";
import { formatListCursor, type ListPosition, parseListCursor } from "../../cursors/list-cursor.ts";
import { definitionPosition } from "../../definitions/definition-changes.ts";
import type {
  DefinitionFilter,
  DefinitionName,
  DefinitionRecord,
  DefinitionStore,
} from "../../definitions/definition-store.ts";
import { decodeKey, decodeText } from "../write/sortable-text.ts";
import type { DefinitionRow, DefinitionRows } from "./read-definitions.ts";

/** The part of a LogDatabase that reads the rows of definitions. */
export interface DefinitionRowReads {
  definition(name: DefinitionName): Promise<DefinitionRow | undefined>;
  definitionsFor(keys: readonly AssetKey[]): Promise<readonly (DefinitionRow | undefined)[]>;
  definitionList(filter: DefinitionFilter, limit: number, from: ListPosition | undefined): Promise<DefinitionRows>;
}

/** The reads of definitions. */
export function libsqlDefinitionReads(
  database: DefinitionRowReads,
): Pick<DefinitionStore, "get" | "definitionFor" | "definitionsFor" | "list"> {
  return {
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
