import * as v from "valibot";
import { timeZoneProblem } from "../freshness/time-zone.ts";
import { countSubjects, type Definition, definitionLimits } from "./definition.ts";
import { definitionSchema, documentSchema } from "./definition-schema.ts";
import { formatPath, type ParsedText, type Path, parseText, scanLargeJson } from "./definitions-text.ts";
import { type DefinitionIssue, InvalidDefinitionsError } from "./invalid-definitions-error.ts";
import { jsonSize, utf8Length } from "./json-size.ts";
import { type Problem, problemOf } from "./problem.ts";
import { resolveRules } from "./resolve-rules.ts";

export type SafeDefinitions =
  | { readonly success: true; readonly definitions: readonly Definition[] }
  | { readonly success: false; readonly error: InvalidDefinitionsError };

const mostIssues = 100;

/**
 * Parses definitions of assets, YAML 1.2 or JSON, in their order. Missing time zones are filled in.
 *
 * Throws InvalidDefinitionsError, which names line and path and says what to write. The code is `definitions_limit` if a
 * limit is exceeded, else `invalid_definitions`.
 *
 * @example
 * const [definition] = parseDefinitions(`
 * defaults: { timezone: Europe/Berlin }
 * assets:
 *   - key: warehouse/orders
 *     freshness: { type: cron, deadline_cron: "0 6 * * 1-5", lower_bound_delta: 6h }
 * `);
 * console.log(definition?.freshness?.timezone); // Europe/Berlin
 */
export function parseDefinitions(text: string): readonly Definition[] {
  const definitions: Definition[] = [];
  for (const part of parseDefinitionParts(text)) for (const definition of part) definitions.push(definition);
  return definitions;
}

/** How many definitions a part has. */
const partLength = 200;

/**
 * As `parseDefinitions`, some definitions at a time: a caller can do other work in between, and keep less in memory. An
 * error later in the text is thrown only when the parser reaches it, so a caller must not use a part before the end.
 *
 * @example
 * for (const part of parseDefinitionParts("assets: [{ key: a }, { key: b }]")) console.log(part.length); // 2
 */
export function* parseDefinitionParts(text: string): Generator<readonly Definition[]> {
  const bytes = utf8Length(text);
  if (bytes > definitionLimits.documentBytes) throw tooLarge(bytes);
  const parsed = scanLargeJson(text) ?? parseText(text);
  const document = v.safeParse(documentSchema, withoutNulls(parsed.value, ["defaults"]));
  if (!document.success)
    throw invalid(
      parsed,
      document.issues.map((issue) => problemOf(issue, parsed, [])),
    );
  const { defaults } = document.output;
  const zoneProblem = defaults?.timezone === undefined ? undefined : timeZoneProblem(defaults.timezone);
  if (zoneProblem !== undefined) throw invalid(parsed, [{ path: ["defaults", "timezone"], message: zoneProblem }]);
  const { count, assets } =
    parsed.items === undefined
      ? { count: document.output.assets.length, assets: document.output.assets }
      : { count: parsed.items.count, assets: parsed.items.values() };
  const { definitions: most } = definitionLimits;
  if (count > most) throw limitError("assets", `${count} definitions are too many: the limit is ${most}`);
  yield* readAll(assets, defaults?.timezone, parsed);
}

/**
 * As `parseDefinitions`, with the error as a result.
 *
 * @example
 * const result = safeParseDefinitions("assets: [{ key: a, partitions: { type: static, keys: [0123] } }]");
 * if (!result.success) console.log(result.error.line, result.error.path); // 1 assets[0].partitions.keys[0]
 */
export function safeParseDefinitions(text: string): SafeDefinitions {
  try {
    return { success: true, definitions: parseDefinitions(text) };
  } catch (error) {
    if (error instanceof InvalidDefinitionsError) return { success: false, error };
    throw error;
  }
}

function* readAll(
  assets: Iterable<unknown>,
  zone: string | undefined,
  parsed: ParsedText,
): Generator<readonly Definition[]> {
  const problems: Problem[] = [];
  let part: Definition[] = [];
  const indexes = new Map<string, number>();
  let subjects = 0;
  let bytes = 0;
  let i = -1;
  for (const asset of assets) {
    i++;
    const path = ["assets", i];
    const size = jsonSize(asset, definitionLimits.definitionBytes);
    const isTooLarge = size === Number.POSITIVE_INFINITY;
    bytes += isTooLarge ? 0 : size;
    // Aliases may make the parsed document larger than its text.
    if (bytes > definitionLimits.documentBytes) throw tooLarge(bytes);
    const read = isTooLarge ? tooLargeAt(path) : readOne(asset, path, zone, parsed);
    if ("problems" in read) for (const problem of read.problems) problems.push(problem);
    else {
      const { definition } = read;
      const name = definition.key === undefined ? "prefix" : "key";
      const id = JSON.stringify([name, definition[name]]);
      const first = indexes.get(id);
      if (first !== undefined) {
        const line = parsed.lineOf(["assets", first, name]);
        const message = `this ${name} is defined twice, first in ${line === null ? `assets[${first}]` : `line ${line}`}`;
        problems.push({ path: ["assets", i, name], message });
      }
      indexes.set(id, first ?? i);
      part.push(definition);
      subjects += countSubjects(definition);
    }
    if (problems.length >= mostIssues) break;
    if (part.length < partLength) continue;
    if (problems.length === 0) yield part;
    part = [];
  }
  if (problems.length > 0) throw invalid(parsed, problems);
  if (subjects > definitionLimits.subjects) {
    const message = `${subjects} assets and partitions are too many to watch: the limit is ${definitionLimits.subjects}`;
    throw limitError("assets", message);
  }
  if (part.length > 0) yield part;
}

type Read = { readonly definition: Definition } | { readonly problems: readonly Problem[] };

function readOne(asset: unknown, within: Path, zone: string | undefined, parsed: ParsedText): Read {
  const refuse = (message: string, ...path: Path) => ({ problems: [{ path: [...within, ...path], message }] });
  const { staticKeys } = definitionLimits;
  const result = v.safeParse(definitionSchema, withoutNulls(asset, ["partitions", "freshness"]));
  if (!result.success) return { problems: result.issues.map((issue) => problemOf(issue, parsed, within)) };
  const { key, prefix, description = null, group = null, partitions, freshness, ...lists } = result.output;
  if (partitions?.type === "static" && partitions.keys.length > staticKeys) {
    return refuse(`${partitions.keys.length} keys are too many: the limit is ${staticKeys}`, "partitions", "keys");
  }
  const rules = resolveRules(partitions ?? null, freshness ?? null, zone);
  if ("problems" in rules) {
    return { problems: rules.problems.map(({ path, message }) => ({ path: [...within, ...path], message })) };
  }
  const fields = { description, group, ...lists, ...rules };
  if (key !== undefined && prefix === undefined) return { definition: { key, ...fields } };
  if (prefix !== undefined && key === undefined) return { definition: { prefix, ...fields } };
  return key === undefined
    ? refuse("write a key, or a prefix")
    : refuse("write either a key or a prefix, not both", "prefix");
}

function invalid(parsed: ParsedText, problems: readonly Problem[]): InvalidDefinitionsError {
  const issues = problems.slice(0, mostIssues).map(({ path, message }): DefinitionIssue => {
    return { line: parsed.lineOf(path), path: formatPath(path), message };
  });
  const [first = { line: null, path: "", message: "these are no definitions" }, ...rest] = issues;
  return new InvalidDefinitionsError([first, ...rest], "invalid_definitions");
}

function tooLargeAt(path: Path): Read {
  const { definitionBytes } = definitionLimits;
  return {
    problems: [{ path, message: `this definition is larger than ${definitionBytes} bytes, or nested too deeply` }],
  };
}

function tooLarge(bytes: number): InvalidDefinitionsError {
  const { documentBytes } = definitionLimits;
  return limitError("", `the document has ${bytes} bytes: the limit is ${documentBytes}, divide it`);
}

function limitError(path: string, message: string): InvalidDefinitionsError {
  return new InvalidDefinitionsError([{ line: null, path, message }], "definitions_limit");
}

/**
 * Removes the fields of a value that are null, and those of its members with these names. Null means absent, as in an
 * event.
 */
function withoutNulls(value: unknown, within: readonly string[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => [name, within.includes(name) ? withoutNulls(member, []) : member]),
  );
}
