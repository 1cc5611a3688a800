import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { getTableName } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import Database from "libsql";
import { migrate } from "../../../storage/libsql/migrations/migrate.ts";
import * as schema from "../../../storage/libsql/schema.ts";
import { temporaryFolder } from "../../server.ts";
import { schemaDifference, schemaTables } from "./schema-statements.ts";

/** Tables that migrations made and nothing uses any more. Migrations are never changed, so they stay. */
const unused = ["write_lock"];

describe("schema.ts", () => {
  let database: Database.Database;
  beforeEach(async () => {
    const file = join(temporaryFolder(), "runless.db");
    const client = createClient({ url: `file:${file}`, concurrency: 1 });
    await migrate(client);
    client.close();
    database = new Database(file);
  });
  afterEach(() => {
    database.close();
  });

  test("is what all migrations lead to: if not, the difference is the next migration", () => {
    expect(schemaDifference(database)).toEqual({ statements: [], problems: [] });
  });

  test("names every table of a migrated database", () => {
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all() as { name: string }[];
    const known = [...schemaTables.map((table) => getTableName(table)), ...unused];
    expect(tables.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  test("with a new table, column and index gives statements that migrate a database to it", () => {
    const added = sqliteTable("added", { id: text("id").primaryKey(), at: integer("at").notNull() }, (table) => [
      index("added_by_time").on(table.at),
    ]);
    const log = sqliteTable("log", { logId: text("log_id").primaryKey(), note: text("note") }, (table) => [
      index("log_by_note").on(table.note),
    ]);
    const changed = {
      tables: [added, log, ...schemaTables.filter((table) => table !== schema.log)],
      withoutRowid: [...schema.withoutRowid, log],
    };
    const { statements, problems } = schemaDifference(database, changed);
    expect(problems).toEqual([]);
    expect(statements).toEqual([
      "CREATE TABLE added (\n  id TEXT PRIMARY KEY NOT NULL,\n  at INTEGER NOT NULL\n);",
      "CREATE INDEX added_by_time ON added (at);",
      "ALTER TABLE log ADD COLUMN note TEXT;",
      "CREATE INDEX log_by_note ON log (note);",
    ]);
    database.exec(statements.join("\n"));
    expect(schemaDifference(database, changed)).toEqual({ statements: [], problems: [] });
  });

  test("says what differs where no single statement of SQLite can change it", () => {
    const changed = sqliteTable("pruned", { kind: integer("kind").primaryKey(), eventId: text("event_id") });
    const { statements, problems } = schemaDifference(database, { tables: [changed], withoutRowid: [changed] });
    expect(statements).toEqual([]);
    expect(problems.join("; ")).toMatch(/pruned.event_id is INTEGER, not null.* must be TEXT, nullable/);
    expect(problems.join("; ")).toMatch(/pruned is without rowid 0.* must be without rowid 1/);
  });
});
