export {
  countSubjects,
  type Definition,
  definitionLimits,
  type KeyDefinition,
  type PrefixDefinition,
} from "./definition.ts";
export { type DefinitionIndex, indexDefinitions } from "./definition-index.ts";
export { type DefinitionIssue, InvalidDefinitionsError } from "./invalid-definitions-error.ts";
export {
  parseDefinitionParts,
  parseDefinitions,
  type SafeDefinitions,
  safeParseDefinitions,
} from "./parse-definitions.ts";
