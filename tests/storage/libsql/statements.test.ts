import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { getTableConfig } from "drizzle-orm/sqlite-core";
import Database from "libsql";
import { migrate } from "../../../storage/libsql/migrations/migrate.ts";
import { event } from "../../../storage/libsql/schema.ts";
import { eventColumns } from "../../../storage/libsql/write/insert-statements.ts";
import { temporaryFolder } from "../../server.ts";
import { isSql, stringsOf, unknownNames } from "./sql-names.ts";

const root = join(import.meta.dir, "../../..");
/** Not the migrations, which name what older databases had, nor what starts a thread when it is imported. */
const files = [...new Bun.Glob("storage/libsql/**/*.ts").scanSync(root)]
  .filter((file) => !/(schema|migrations|database-worker)\.ts$/.test(file))
  .sort();

describe("statements", () => {
  let database: Database.Database;
  let functions: ReadonlySet<string>;
  beforeAll(async () => {
    const file = join(temporaryFolder(), "runless.db");
    const client = createClient({ url: `file:${file}`, concurrency: 1 });
    await migrate(client);
    client.close();
    database = new Database(file);
    const rows = database.prepare("SELECT DISTINCT name FROM pragma_function_list").all() as { name: string }[];
    functions = new Set([...rows.map(({ name }) => name), "iif", "coalesce"]);
  });
  afterAll(() => {
    database.close();
  });

  test("name only tables and columns of schema.ts, in every piece of SQL", () => {
    let pieces = 0;
    const unknown = files.flatMap((file) => {
      const sql = stringsOf(readFileSync(join(root, file), "utf8")).filter(isSql);
      pieces += sql.length;
      return unknownNames(sql, functions).map((name) => `${file}: ${name}`);
    });
    expect(unknown).toEqual([]);
    expect(pieces).toBeGreaterThan(150);
  });

  test("are checked so that a renamed column or table is found, and nothing else", () => {
    const names = (...sql: string[]) => unknownNames(sql, functions);
    expect(names("SELECT id FROM asset WHERE asset.name = ?")).toEqual(["asset.name"]);
    expect(names("SELECT max(asset_ident) FROM event")).toEqual(["asset_ident"]);
    expect(names("DELETE FROM events")).toEqual(["events"]);
    expect(names("INSERT INTO summary (asset_id, kind) VALUES (?, ?)")).toContain("summary.kind");
    expect(names("UPDATE pruned SET id = 1")).toContain("pruned.id");
    expect(names("SELECT count(*) AS count FROM (SELECT row.value ->> 0 FROM json_each(?1) AS row)")).toEqual([]);
  });

  test("insert events by the columns that schema.ts has, in one place alone", () => {
    expect<string[]>([...eventColumns].sort()).toEqual(
      getTableConfig(event)
        .columns.map(({ name }) => name)
        .sort(),
    );
    const texts = files.flatMap((file) => {
      const sql = stringsOf(readFileSync(join(root, file), "utf8")).filter(isSql);
      return sql.filter((text) => /INSERT INTO (event|asset)\b/.test(text)).map(() => file);
    });
    expect(texts).toEqual(Array(2).fill("storage/libsql/write/insert-statements.ts"));
  });

  test("that stand in a constant are all taken by SQLite, on a database that the migrations made", async () => {
    const folder = temporaryFolder();
    for (const part of ["core", "storage"]) cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const file of files) {
      const source = readFileSync(join(folder, file), "utf8");
      writeFileSync(join(folder, file), source.replace(/^const /gm, "export const "));
    }
    let prepared = 0;
    const refused: string[] = [];
    for (const file of files) {
      const constants: Record<string, unknown> = await import(join(folder, file));
      for (const [name, sql] of Object.entries(constants)) {
        if (typeof sql !== "string" || !/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(sql)) continue;
        prepared++;
        try {
          database.prepare(sql);
        } catch (error) {
          refused.push(`${file}: ${name}: ${error}`);
        }
      }
    }
    expect(refused).toEqual([]);
    expect(prepared).toBeGreaterThan(50);
  });
});
