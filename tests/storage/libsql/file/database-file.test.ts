import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { createClient } from "@libsql/client";
import { databaseFile } from "../../../../storage/libsql/file/database-file.ts";
import { temporaryFolder } from "../../../server.ts";

const folder = temporaryFolder();

test.each([
  `file:${folder}/plain.db`,
  `file://${folder}/slashes.db`,
  `file://localhost${folder}/host.db`,
  `file:${relative(process.cwd(), join(folder, "relative.db"))}`,
  `file:${folder}/caf%C3%A9%20100%25%3F.db`,
  `file:${folder}/a b+c.db`,
])("the file of %s is the one that the driver makes", (url) => {
  const file = databaseFile(url) ?? "";
  expect(existsSync(file)).toBe(false);
  createClient({ url }).close();
  expect(existsSync(file)).toBe(true);
});

test.each([":memory:", "libsql://x.turso.io", "http://127.0.0.1/file:x"])("%s has no file", (url) => {
  expect(databaseFile(url)).toBeUndefined();
});
