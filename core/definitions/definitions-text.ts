import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import { JsonScanner, type JsonSpan } from "../json/json-scanner.ts";
import { type DefinitionIssue, InvalidDefinitionsError } from "./invalid-definitions-error.ts";
import { type SyntaxFault, syntaxHint } from "./syntax-hint.ts";

export type Path = readonly (string | number)[];

/** A parsed text, with the positions of its parts. */
export interface ParsedText {
  readonly value: unknown;
  /** The values of its `assets`, where those are parsed one by one; `value` has none of them then. */
  readonly items?: { readonly count: number; values(): Generator<unknown> };
  /** The line of the value at a path, or of the nearest value around it. Null in large JSON. */
  lineOf(path: Path): number | null;
  /** The text of a scalar that is read as another value, such as `0123`. */
  sourceOf(path: Path): string | undefined;
}

const mostIssues = 100;

const deepestPath = 10;

/** Lines are looked up in JSON of at most this many characters. Longer JSON comes from programs, which need only the path. */
const mostLocated = 1_000_000;

/** Parses YAML 1.2 or JSON. Throws InvalidDefinitionsError if the text is neither. */
export function parseText(text: string): ParsedText {
  const json = parseJsonText(text);
  if (json === undefined) return parseYaml(text);
  // JSON is YAML too. The YAML parser knows lines, but takes a hundred times as long, so it runs only for errors.
  if (text.length > mostLocated) return { value: json.value, lineOf: () => null, sourceOf: () => undefined };
  let located: ParsedText | undefined;
  const locate = () => {
    located ??= parseYaml(text);
    return located;
  };
  return {
    value: json.value,
    lineOf: (path) => locate().lineOf(path),
    sourceOf: (path) => locate().sourceOf(path),
  };
}

/** JSON that is nested more deeply is parsed as a whole. */
const deepestScanned = 500;

/**
 * Parses large JSON of an object with a list of assets, whose values are parsed one by one: as a tree it is ten times
 * as large. Undefined for any other text, and for text that is not JSON.
 */
export function scanLargeJson(text: string): ParsedText | undefined {
  if (text.length <= mostLocated) return undefined;
  const names = new Set<string>();
  const others: string[] = [];
  let spans: JsonSpan[] | undefined;
  let scanner: JsonScanner;
  try {
    scanner = new JsonScanner(text, { maxDepth: deepestScanned });
    if (scanner.next !== "{") return undefined;
    scanner.object((name) => {
      if (names.has(name)) throw new TypeError(`${name} is repeated`);
      names.add(name);
      if (name !== "assets" || scanner.next !== "[") {
        others.push(`${JSON.stringify(name)}:${scanner.source(scanner.value())}`);
        return;
      }
      const found: JsonSpan[] = [];
      scanner.array(() => found.push(scanner.value()));
      spans = found;
    }, false);
    scanner.end();
  } catch {
    return undefined; // parsing the whole gives the error
  }
  const assets = spans;
  if (assets === undefined) return undefined;
  return {
    value: JSON.parse(`{${[...others, '"assets":[]'].join(",")}}`),
    items: {
      count: assets.length,
      *values() {
        for (const span of assets) yield JSON.parse(scanner.source(span));
      },
    },
    lineOf: () => null,
    sourceOf: () => undefined,
  };
}

/** A path as text, such as `assets[3].partitions.cron`. No definition is so deep that its path must be cut. */
export function formatPath(path: Path): string {
  const parts = path.slice(0, deepestPath).map((part) => {
    if (typeof part === "number") return `[${part}]`;
    return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return `${parts.join("")}${path.length > deepestPath ? "…" : ""}`.replace(/^\./, "");
}

function parseJsonText(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // YAML may start with a brace too, and its parser says where the error is
  }
}

function parseYaml(text: string): ParsedText {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number) => Math.max(1, lineCounter.linePos(offset).line);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      stringKeys: true,
      merge: true,
      logLevel: "error",
    });
  } catch (error) {
    throw syntaxError([{ line: null, path: "", message: `this is no YAML: ${reasonOf(error)}` }]);
  }
  // Further errors on a line are mostly consequences of the first.
  const byLine = new Map<number, (typeof document.errors)[number]>();
  for (const error of document.errors) {
    const line = lineAt(error.pos[0]);
    if (byLine.size < mostIssues && !byLine.has(line)) byLine.set(line, error);
  }
  const issues = Array.from(byLine, ([line, error]): DefinitionIssue => {
    const found = pathAt(document, error.pos[0]);
    const path = formatPath(inText.has(error.code) ? found.slice(0, -1) : found);
    const fault = faultAt(document, text, error.pos[0], { line, code: error.code });
    return { line, path, message: syntaxHint(fault) ?? `this is no YAML: ${error.message}` };
  });
  if (issues.length > 0) throw syntaxError(issues.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  return {
    value: toPlain(document, text, lineAt),
    lineOf: (path) => lineAt(findNode(document, path).offset),
    sourceOf(path) {
      const { node } = findNode(document, path);
      return isScalar(node) && node.source !== undefined ? node.source : undefined;
    },
  };
}

function toPlain(document: Document.Parsed, text: string, lineAt: (offset: number) => number): unknown {
  try {
    // Aliases repeat one object. Its size is counted each time, before any code walks through it.
    return document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    let offset: number | undefined;
    visit(document, {
      Alias(_key, alias) {
        if (alias.resolve(document) !== undefined) return undefined;
        offset = alias.range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    if (offset === undefined)
      throw syntaxError([{ line: null, path: "", message: `this can't be read: ${reasonOf(error)}` }]);
    const line = lineAt(offset);
    const message = syntaxHint(faultAt(document, text, offset, { line, code: "BAD_ALIAS" })) ?? reasonOf(error);
    throw syntaxError([{ line, path: formatPath(pathAt(document, offset)), message }]);
  }
}

function syntaxError(issues: readonly DefinitionIssue[]): InvalidDefinitionsError {
  const [first, ...rest] = issues;
  if (first === undefined) throw new TypeError("there is no issue");
  return new InvalidDefinitionsError([first, ...rest], "invalid_definitions");
}

/** The text of a scalar that YAML has read as a name and a value. */
const inText: ReadonlySet<string> = new Set(["BLOCK_AS_IMPLICIT_KEY", "BLOCK_IN_FLOW"]);

/** What is wrong at an offset. The parser may notice it only after the beginning of the value. */
function faultAt(
  document: Document.Parsed,
  text: string,
  offset: number,
  { line, code }: { readonly line: number; readonly code: string },
): SyntaxFault {
  const path = pathAt(document, offset);
  const start = findNode(document, path).node?.range?.[0] ?? offset;
  const ofLine = text.lastIndexOf("\n", offset - 1) + 1;
  const around = [[], ...path.map((_, depth) => path.slice(0, depth + 1))].map((part) => findNode(document, part).node);
  const isFlow = around.some((node) => (isMap(node) || isSeq(node)) && node.flow === true);
  return { code, line: lineOfText(text, line), column: start < ofLine ? undefined : start - ofLine, isFlow };
}

function lineOfText(text: string, line: number): string {
  return text.split("\n", line)[line - 1] ?? "";
}

interface Found {
  readonly node: Node | null;
  readonly offset: number;
}

function findNode(document: Document.Parsed, path: Path): Found {
  let found: Found = { node: document.contents, offset: document.contents?.range[0] ?? 0 };
  for (const part of path) {
    const inside = isAlias(found.node) ? found.node.resolve(document) : found.node;
    const next = isMap<Node, Node | null>(inside) ? memberOf(inside.items, part) : itemOf(inside, part);
    if (next === undefined) return { node: null, offset: found.offset };
    found = next;
  }
  return found;
}

function memberOf(
  pairs: readonly { readonly key: Node; readonly value: Node | null }[],
  name: string | number,
): Found | undefined {
  const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(name));
  return pair && { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
}

function itemOf(node: Node | null | undefined, index: string | number): Found | undefined {
  const item = isSeq<Node>(node) && typeof index === "number" ? node.items[index] : undefined;
  return item && { node: item, offset: item.range?.[0] ?? 0 };
}

/** The path of the part at an offset, as far as the document could be parsed. */
function pathAt(document: Document.Parsed, offset: number): Path {
  const path: (string | number)[] = [];
  let node: Node | null = document.contents;
  const isBefore = (other: Node | null) => (other?.range?.[0] ?? Number.POSITIVE_INFINITY) <= offset;
  for (;;) {
    if (isMap<Node, Node | null>(node)) {
      const pair: { readonly key: Node; readonly value: Node | null } | undefined = node.items.findLast(({ key }) =>
        isBefore(key),
      );
      if (pair === undefined || !isScalar(pair.key)) return path;
      path.push(String(pair.key.value));
      node = pair.value;
    } else if (isSeq<Node>(node)) {
      const index: number = node.items.findLastIndex(isBefore);
      if (index === -1) return path;
      path.push(index);
      node = node.items[index] ?? null;
    } else return path;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
