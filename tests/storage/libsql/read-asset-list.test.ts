import { expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/libsql";
import { materialization, observation } from "../../../core/index.ts";
import { type AssetPosition, keysPerPage, readAssetList } from "../../../storage/libsql/read-asset-list.ts";
import { writtenDatabase } from "./written-database.ts";

const keys = Array.from({ length: keysPerPage + 10 }, (_, i) => `k${String(i).padStart(6, "0")}`);
const { client, database } = await writtenDatabase([
  ...keys.map((key) => materialization(key)),
  observation(keys.at(-1) ?? ""),
]);

test("a page gives up after a bounded number of keys, and goes on where it stopped", async () => {
  for (const filter of [{ type: "ASSET_OBSERVATION" }, { search: keys.at(-1) ?? "" }] as const) {
    const found: string[] = [];
    let pages = 0;
    for (let from: AssetPosition | undefined, hasMore = true; hasMore; pages++) {
      const page = await readAssetList(database, filter, { limit: 10, order: "key" }, from);
      found.push(...page.rows.map(({ key }) => key));
      from = page.last;
      hasMore = page.hasMore;
    }
    expect(found).toEqual(keys.slice(-1));
    expect(pages).toBe(2);
  }
});

test("a list by key comes in order without sorting what it examined", async () => {
  const statements: string[] = [];
  const logged = drizzle(client, { logger: { logQuery: (query) => void statements.push(query) } });
  const { rows } = await readAssetList(logged, {}, { limit: 5, order: "key" }, undefined);
  expect(rows.map(({ key }) => key)).toEqual(keys.slice(0, 5));
  const [statement = ""] = statements;
  const args = statement.match(/\?/g)?.map(() => 1) ?? [];
  const plan = await client.execute({ sql: `EXPLAIN QUERY PLAN ${statement}`, args });
  const steps = plan.rows.map((row) => String(row.detail));
  expect(steps.filter((step) => step.includes("TEMP B-TREE") || step.startsWith("MATERIALIZE"))).toEqual([]);
});
