import type { LibsqlDefinitionStore, ReplaceEncoded } from "../libsql-options.ts";
import type { LogDatabase } from "../log-database.ts";
import { libsqlDefinitionReads } from "./definition-reads.ts";
import { encodeDefinitions } from "./encode-definitions.ts";

/** The DefinitionStore in the database of a log. */
export function createLibsqlDefinitionStore(
  database: LogDatabase,
  replaceEncoded: ReplaceEncoded,
): LibsqlDefinitionStore {
  return {
    replaceEncoded,
    replace: async (source, definitions, options = {}) =>
      replaceEncoded(source, await encodeDefinitions(definitions), options),
    ...libsqlDefinitionReads(database),
    revision: () => database.definitionRevision(),
  };
}
