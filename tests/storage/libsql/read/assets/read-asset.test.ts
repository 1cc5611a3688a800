import { expect, test } from "bun:test";
import { materialization, observation } from "../../../../../core/index.ts";
import type { AssetPosition } from "../../../../../storage/libsql/read/assets/find-assets.ts";
import { readAssetList } from "../../../../../storage/libsql/read/assets/read-asset.ts";
import { keysPerPage } from "../../../../../storage/scan/matches-search.ts";
import { watchedSteps, writtenDatabase } from "../../written-database.ts";

const keys = Array.from({ length: keysPerPage + 10 }, (_, i) => `k${String(i).padStart(6, "0")}`);
const { client } = await writtenDatabase([...keys.map((key) => materialization(key)), observation(keys.at(-1) ?? "")]);

test("a page gives up after a bounded number of keys, and goes on where it stopped", async () => {
  for (const filter of [{ type: "ASSET_OBSERVATION" }, { search: keys.at(-1) ?? "" }] as const) {
    const found: string[] = [];
    let pages = 0;
    for (let from: AssetPosition | undefined, hasMore = true; hasMore; pages++) {
      const page = await readAssetList(watchedSteps(client).steps, filter, { limit: 10, order: "key" }, from);
      found.push(...page.rows.map(({ key }) => key));
      from = page.last;
      hasMore = page.hasMore;
    }
    expect(found).toEqual(keys.slice(-1));
    expect(pages).toBe(2);
  }
});

test("a list by key comes in order without sorting what it examined", async () => {
  const { steps, statements } = watchedSteps(client);
  const { rows } = await readAssetList(steps, { prefix: ["k000000"] }, { limit: 5, order: "key" }, undefined);
  expect(rows.map(({ key }) => key)).toEqual(keys.slice(0, 1));
  for (const { sql, args } of statements.slice(0, 2)) {
    const plan = await client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    const steps = plan.rows.map((row) => String(row.detail));
    expect(steps.filter((step) => /TEMP B-TREE|^MATERIALIZE|^SCAN (?!\(subquery)/.test(step))).toEqual([]);
  }
});
