import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "..");

/** The packages that are loaded with a file: those that it and what it imports name, but not what `import()` loads. */
function packagesOf(entry: string): readonly string[] {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = [join(root, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const loader = file.endsWith(".tsx") ? "tsx" : file.endsWith(".ts") ? "ts" : "js";
    for (const { kind, path } of new Bun.Transpiler({ loader }).scanImports(readFileSync(file, "utf8"))) {
      if (kind !== "import-statement") continue;
      if (path.startsWith(".")) waiting.push(join(dirname(file), path));
      else if (!path.startsWith("node:")) packages.add(path);
    }
  }
  return [...packages].sort();
}

describe("a start loads nothing that it does not need:", () => {
  test("the entry points neither the driver nor what reads, renders or documents", () => {
    for (const entry of ["bun", "node", "deno"]) {
      const loaded = packagesOf(`adapters/${entry}.ts`);
      expect(loaded).toContain("hono");
      const late = /^(@libsql\/|libsql$|drizzle-orm|markdown-it|hono\/jsx|hono-openapi|@valibot\/to-json-schema)/;
      expect(loaded.filter((name) => late.test(name))).toEqual([]);
    }
  });

  test("the thread that writes no more of the driver than a file takes, and none of Drizzle", () => {
    const loaded = packagesOf("storage/libsql/file/database-worker.ts");
    expect(loaded.filter((name) => /libsql|drizzle/.test(name))).toEqual([
      "@libsql/client/sqlite3",
      "libsql",
      "libsql/promise",
    ]);
  });
});
