import { getTableName, is, type SQL } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, SQLiteSyncDialect, SQLiteTable } from "drizzle-orm/sqlite-core";
import Database from "libsql";
import * as schema from "../../../storage/libsql/schema.ts";

/** The tables of storage/libsql/schema.ts. */
export const schemaTables: readonly SQLiteTable[] = Object.values(schema).filter((value) => is(value, SQLiteTable));

export interface SchemaDescription {
  readonly tables: readonly SQLiteTable[];
  readonly withoutRowid: readonly SQLiteTable[];
}

interface Difference {
  /** Statements that bring the database to the schema. */
  readonly statements: readonly string[];
  /** What no single statement of SQLite can change. */
  readonly problems: readonly string[];
}

/** What a database lacks, or has too much, compared with the schema. Empty lists mean that they are the same. */
export function schemaDifference(
  database: Database.Database,
  { tables, withoutRowid }: SchemaDescription = { tables: schemaTables, withoutRowid: schema.withoutRowid },
): Difference {
  const wanted = new Database(":memory:");
  const statements: string[] = [];
  const problems: string[] = [];
  for (const table of tables) {
    const name = getTableName(table);
    const { create, columns, indexes } = statementsOf(table, withoutRowid.includes(table));
    wanted.exec([create, ...indexes.values()].join("\n"));
    const [is, mustBe] = [describeTable(database, name), describeTable(wanted, name)];
    if (is === undefined || mustBe === undefined) {
      statements.push(create, ...indexes.values());
      continue;
    }
    const added = [...mustBe.columns.keys()].filter((column) => !is.columns.has(column));
    for (const column of added) statements.push(`ALTER TABLE ${name} ADD COLUMN ${columns.get(column)};`);
    for (const column of is.columns.keys()) {
      if (!mustBe.columns.has(column)) statements.push(`ALTER TABLE ${name} DROP COLUMN ${column};`);
    }
    for (const [column, definition] of mustBe.columns) {
      const found = is.columns.get(column) ?? definition;
      if (found !== definition) problems.push(`${name}.${column} is ${found} and must be ${definition}`);
    }
    const common = [...mustBe.columns.keys()].filter((column) => is.columns.has(column));
    const order = [...is.columns.keys()].filter((column) => mustBe.columns.has(column));
    if (common.join() !== order.join()) problems.push(`${name} has the columns ${order} and must have ${common}`);
    if (is.options !== mustBe.options) problems.push(`${name} is ${is.options} and must be ${mustBe.options}`);
    for (const [index, definition] of mustBe.indexes) {
      const found = is.indexes.get(index);
      if (found === definition) continue;
      const statement = indexes.get(index);
      if (statement === undefined) problems.push(`${name} needs the constraint ${definition}`);
      else statements.push(found === undefined ? statement : `DROP INDEX ${index}; ${statement}`);
    }
    for (const [index, definition] of is.indexes) {
      if (mustBe.indexes.has(index)) continue;
      if (index.startsWith("sqlite_")) problems.push(`${name} has the constraint ${definition} too much`);
      else statements.push(`DROP INDEX ${index};`);
    }
  }
  wanted.close();
  return { statements, problems };
}

function statementsOf(table: SQLiteTable, isWithoutRowid: boolean) {
  const { name, columns, indexes, primaryKeys, foreignKeys, checks, uniqueConstraints } = getTableConfig(table);
  if (foreignKeys.length + checks.length + uniqueConstraints.length > 0) {
    throw new Error(`${name} has constraints that schema-statements.ts does not write yet.`);
  }
  const definitions = new Map(columns.map((column) => [column.name, columnDefinition(column)]));
  const keys = primaryKeys.map(({ columns }) => `PRIMARY KEY (${columns.map(({ name }) => name).join(", ")})`);
  const body = [...definitions.values(), ...keys].map((line) => `  ${line}`).join(",\n");
  const indexStatements = indexes.map(({ config }) => {
    const on = (config.columns as SQLiteColumn[]).map((column) => column.name).join(", "); // none of them is an expression
    const where = config.where === undefined ? "" : ` WHERE ${conditionText(config.where, name)}`;
    const unique = config.unique ? "UNIQUE " : "";
    return [config.name, `CREATE ${unique}INDEX ${config.name} ON ${name} (${on})${where};`] as const;
  });
  return {
    create: `CREATE TABLE ${name} (\n${body}\n)${isWithoutRowid ? " WITHOUT ROWID" : ""};`,
    columns: definitions,
    indexes: new Map(indexStatements),
  };
}

function columnDefinition(column: SQLiteColumn): string {
  const type = column.getSQLType().toUpperCase();
  const parts = [column.name, type];
  if (column.primary) parts.push("PRIMARY KEY");
  if ("autoIncrement" in column && column.autoIncrement === true) parts.push("AUTOINCREMENT");
  // SQLite gives an INTEGER PRIMARY KEY a value where there is none.
  if (column.notNull && !(column.primary && type === "INTEGER")) parts.push("NOT NULL");
  if (column.isUnique) parts.push("UNIQUE");
  if (column.default !== undefined)
    throw new Error(`${column.name} has a default, which schema-statements.ts does not write yet.`);
  return parts.join(" ");
}

function conditionText(condition: SQL, table: string): string {
  const { sql } = new SQLiteSyncDialect().sqlToQuery(condition);
  return sql.replaceAll(`"${table}".`, "").replaceAll('"', "");
}

interface TableDescription {
  readonly columns: ReadonlyMap<string, string>;
  readonly indexes: ReadonlyMap<string, string>;
  readonly options: string;
}

/** What SQLite says about a table; undefined if there is none. */
function describeTable(database: Database.Database, table: string): TableDescription | undefined {
  const all = (sql: string) => database.prepare(sql).all() as Readonly<Record<string, string | number | null>>[];
  const [found] = all(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '${table}'`);
  if (found === undefined) return undefined;
  const [list] = all(`SELECT wr, strict FROM pragma_table_list WHERE name = '${table}'`);
  const columns = all(`SELECT * FROM pragma_table_xinfo('${table}')`).map((column) => {
    const parts = [column.type, column.notnull === 1 ? "not null" : "nullable", `key ${column.pk}`];
    return [
      String(column.name),
      [...parts, `default ${column.dflt_value}`, `hidden ${column.hidden}`].join(", "),
    ] as const;
  });
  const indexes = all(`SELECT * FROM pragma_index_list('${table}')`).map((index) => {
    const on = all(`SELECT * FROM pragma_index_xinfo('${index.name}') WHERE key = 1`);
    const keys = on.map(({ name, desc, coll }) => `${name} ${desc} ${coll}`);
    const [text] = all(`SELECT sql FROM sqlite_schema WHERE name = '${index.name}'`);
    const where = /\bWHERE\b(.*)/is.exec(String(text?.sql))?.[1]?.trim().toLowerCase() ?? "";
    return [String(index.name), `${index.unique} ${index.origin} (${keys.join(", ")}) ${where}`] as const;
  });
  const isAutoincrement = /\bAUTOINCREMENT\b/i.test(String(found.sql));
  return {
    columns: new Map(columns),
    indexes: new Map(indexes),
    options: `without rowid ${list?.wr}, strict ${list?.strict}, autoincrement ${isAutoincrement}`,
  };
}
