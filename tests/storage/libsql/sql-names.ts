import { getTableColumns, getTableName } from "drizzle-orm";
import { schemaTables } from "./schema-statements.ts";

const columnsOf = new Map<string, ReadonlySet<string>>(
  schemaTables.map((table) => [
    getTableName(table),
    new Set(Object.values(getTableColumns(table)).map(({ name }) => name)),
  ]),
);
const columns = new Set([...columnsOf.values()].flatMap((names) => [...names]));

/** What SQLite itself has: the columns of json_each, its own tables, and columns of its pragmas. */
const ofSqlite =
  /^(key|value|rowid|name|type|seq|page_count|page_size|freelist_count|sqlite_\w+|pragma_\w+|json_each|true)$/;

/** What one file names for the SQL of another, or by a parameter. */
const shared = ["examined", "position", "version"];

const keyword = /\b(SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|AND|OR|IS|AS|IN|EXISTS|ORDER BY|LIMIT|JOIN|GROUP BY|WHEN)\b/;

/** True for the text of a statement, of a part of one, or of a column with its table. */
export function isSql(text: string): boolean {
  return (keyword.test(text) && !/^PRAGMA\b/.test(text)) || /^[a-z_]+\.[a-z_]+$/.test(text);
}

/** What the pieces of SQL in one source file name that neither the schema, nor SQLite, nor the pieces themselves define. */
export function unknownNames(pieces: readonly string[], functions: ReadonlySet<string>): readonly string[] {
  const texts = pieces.map((piece) => piece.replace(/--.*$/gm, "").replace(/\bx?'[^']*'|'[^']*'/g, " ? "));
  const aliases = new Set(shared);
  for (const text of texts) {
    for (const [, name = ""] of text.matchAll(/\bAS ([a-z_]+)/g)) aliases.add(name);
    for (const [, name = "", list = ""] of text.matchAll(/\bWITH(?: RECURSIVE)? ([a-z_]+)(?: \(([^)]*)\))? AS\b/g)) {
      for (const alias of [name, ...list.split(/,\s*/)]) aliases.add(alias);
    }
  }
  // `recounted AS MATERIALIZED (…), kept AS MATERIALIZED (…)`
  for (const text of texts) for (const [, name = ""] of text.matchAll(/([a-z_]+) AS MATERIALIZED/g)) aliases.add(name);

  const unknown: string[] = [];
  const check = (name: string, isKnown: boolean) => {
    if (!isKnown) unknown.push(name);
  };
  const isColumn = (name: string) => columns.has(name) || aliases.has(name) || ofSqlite.test(name);
  for (const text of texts) {
    for (const [, table = "", list = ""] of text.matchAll(/\bINSERT INTO ([a-z_]+) \(([a-z_,\s]*)\)/g)) {
      if (list.trim() === "") continue; // what a template inserts: statements.test.ts compares it with the schema
      for (const name of list.split(/,\s*/)) check(`${table}.${name}`, columnsOf.get(table)?.has(name.trim()) === true);
    }
    for (const [, table = "", name = ""] of text.matchAll(/\bUPDATE ([a-z_]+) SET ([a-z_]+)/g)) {
      check(`${table}.${name}`, columnsOf.get(table)?.has(name) === true || table === "sqlite_sequence");
    }
    for (const [, name = ""] of text.matchAll(/\b(?:FROM|JOIN|INTO) ([a-z_]+)/g)) {
      check(name, columnsOf.has(name) || aliases.has(name) || ofSqlite.test(name));
    }
    for (const [, table, name = "", paren] of text.matchAll(/(?<![\w?])(?:([a-z_]+)\.)?([a-z_]+)\b(\s*\()?/g)) {
      const ofTable = table === undefined ? undefined : columnsOf.get(table);
      if (table !== undefined && ofTable === undefined) check(table, aliases.has(table) || table === "excluded");
      if (ofTable !== undefined)
        check(`${table}.${name}`, ofTable.has(name) || (aliases.has(table ?? "") && isColumn(name)));
      else if (paren !== undefined && functions.has(name)) continue;
      else check(name, isColumn(name) || columnsOf.has(name));
    }
  }
  return unknown;
}

/** The strings and templates of a TypeScript source, with a space in the place of what a template inserts. */
export function stringsOf(source: string): readonly string[] {
  const found: string[] = [];
  scan(source, 0, found);
  return found;
}

/** Reads code up to the brace that closes it, or to the end. Answers where it stopped. */
function scan(source: string, start: number, found: string[]): number {
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const rest = source.slice(at, at + 2);
    const unit = source[at] ?? "";
    if (rest === "//") at = source.indexOf("\n", at);
    else if (rest === "/*") at = source.indexOf("*/", at) + 1;
    else if (unit === "/" && /[(=,:?&|![]\s*$/.test(source.slice(Math.max(0, at - 20), at))) {
      at += (/^\/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\])+\//.exec(source.slice(at))?.[0].length ?? 1) - 1;
    } else if (unit === '"' || unit === "'") {
      const token = /^(["'])(?:\\.|(?!\1).)*\1/s.exec(source.slice(at))?.[0] ?? unit;
      found.push(token.slice(1, -1));
      at += token.length - 1;
    } else if (unit === "`") at = scanTemplate(source, at + 1, found);
    else if (unit === "{") depth++;
    else if (unit === "}" && depth-- === 0) return at;
  }
  return source.length;
}

function scanTemplate(source: string, start: number, found: string[]): number {
  let text = "";
  for (let at = start; at < source.length; at++) {
    if (source[at] === "`") {
      found.push(text);
      return at;
    }
    if (source[at] === "\\") at++;
    else if (source.startsWith("${", at)) {
      at = scan(source, at + 2, found);
      text += " ";
      continue;
    }
    text += source[at];
  }
  return source.length;
}
