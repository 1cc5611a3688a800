/** An error in a document. */
export interface DefinitionIssue {
  /** The line in the document, from 1. Null if the document does not have lines, as JSON of a program. */
  readonly line: number | null;
  /** The path, such as `assets[3].partitions.cron`. Empty for the document itself. */
  readonly path: string;
  /** A sentence that says what to write. */
  readonly message: string;
}

/**
 * Definitions that are not valid. The message is a sentence about the first issue, with its line and path and the number
 * of others. The code is `definitions_limit` if a limit of the document is exceeded, else `invalid_definitions`.
 *
 * @example
 * try {
 *   parseDefinitions("assets: [{ key: a, owners: [anna] }]");
 * } catch (error) {
 *   if (error instanceof InvalidDefinitionsError) console.log(error.code, error.issues.length);
 * }
 */
export class InvalidDefinitionsError extends Error {
  override readonly name = "InvalidDefinitionsError";
  readonly code: "invalid_definitions" | "definitions_limit";
  /** In the order of the document, at most 100. */
  readonly issues: readonly DefinitionIssue[];
  readonly line: number | null;
  readonly path: string;
  constructor(issues: readonly [DefinitionIssue, ...DefinitionIssue[]], code: InvalidDefinitionsError["code"]) {
    const [first] = issues;
    const more = issues.length === 1 ? "" : ` (and ${issues.length - 1} more)`;
    super(`${sentenceOf(first)}${more}`);
    this.issues = issues;
    this.code = code;
    this.line = first.line;
    this.path = first.path;
  }
}

function sentenceOf({ line, path, message }: DefinitionIssue): string {
  const place = [line === null ? "" : `line ${line}`, path].filter((part) => part !== "").join(", ");
  return place === "" ? message : `${place}: ${message}`;
}
