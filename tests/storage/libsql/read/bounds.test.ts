import { expect, test } from "bun:test";
import { join } from "node:path";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { openLibsqlEventLog } from "../../../../storage/index.ts";
import { temporaryFolder } from "../../../server.ts";

const open = () => openLibsqlEventLog({ url: `file:${join(temporaryFolder(), "log.db")}` });

test("a check's history is looked for among the newest 2,000 events of its asset", async () => {
  const log = await open();
  const check = (passed: boolean) => ({ event: checkEvaluation("a", { checkName: "c", passed }) });
  const other = { event: materialization("a") };
  await log.append([[check(true), check(false), ...Array.from({ length: 1999 }, () => other)]]);
  const [history] = await log.checkHistories([{ assetKey: ["a"], checkName: "c" }], 2);
  expect(history).toMatchObject({ evaluations: [{ id: 2, passed: false }], total: 2 });
  await log.close();
});

test("a page of assets with long keys looks at about 4 MB of them", async () => {
  const log = await open();
  const longKey = (i: number) => ["long", `${"a".repeat(8000)}${String(i).padStart(4, "0")}`];
  await log.append([Array.from({ length: 1500 }, (_, i) => ({ event: materialization(longKey(i)) }))]);
  let pages = 0;
  for (let cursor: string | null = null; ; ) {
    const page = await log.assets({ search: "aab" }, { limit: 100, cursor: cursor ?? undefined });
    pages++;
    if (!page.hasMore) break;
    cursor = page.cursor;
  }
  expect(pages).toBeWithin(3, 6);
  for (const order of ["latest", "state", "reports"] as const) {
    const { assets } = await log.assets({}, { limit: 1000, order });
    expect(assets.length).toBeWithin(400, 1001);
  }
  await log.close();
});
