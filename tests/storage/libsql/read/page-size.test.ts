import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { type EventLog, type ListRequest, openEventLog } from "../../../../storage/index.ts";
import { countFitting } from "../../../../storage/libsql/read/page-size.ts";
import { temporaryFolder } from "../../../server.ts";

const count = 8;
const metadata = { text: "x".repeat(3_000_000) };
let log: EventLog;
beforeAll(async () => {
  log = await openEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
  for (let i = 0; i < count; i++) {
    await log.append([
      [{ event: materialization(["asset", String(i)], { metadata }) }],
      [{ event: materialization("wide", { partition: String(i), metadata }) }],
      [{ event: checkEvaluation("wide", { checkName: String(i), passed: true, metadata }) }],
    ]);
  }
});
afterAll(() => log.close());

const lists: Readonly<
  Record<string, (page: ListRequest) => Promise<{ items: readonly unknown[]; cursor: string | null; hasMore: boolean }>>
> = {
  events: async (page) => {
    const { events, ...rest } = await log.query({ type: "ASSET_MATERIALIZATION" }, { ...page, order: "asc" });
    return { items: events.map(({ id }) => id), ...rest };
  },
  assets: async (page) => {
    const { assets, ...rest } = await log.assets({ prefix: ["asset"] }, page);
    return { items: assets.map(({ assetKey }) => assetKey[1]), ...rest };
  },
  partitions: async (page) => {
    const { partitions, ...rest } = await log.partitions(["wide"], page);
    return { items: partitions.map(({ partition }) => partition), ...rest };
  },
  checks: async (page) => {
    const { checks, ...rest } = await log.checks(["wide"], page);
    return { items: checks.map(({ checkName }) => checkName), ...rest };
  },
};

test.each(Object.entries(lists))(
  "a page of %s ends before it holds more than 8 MB, and the next goes on",
  async (_, read) => {
    const found: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await read({ limit: 1000, cursor });
      expect(page.items.length).toBeWithin(1, 3);
      found.push(...page.items);
      if (!page.hasMore || page.cursor === null) break;
      cursor = page.cursor;
    }
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBe(read === lists.events ? 2 * count : count);
  },
);

test("a row that is larger than a page is a page of its own", () => {
  const sized = (...megabytes: readonly number[]) => megabytes.map((size) => ({ size: size << 20 }));
  expect(countFitting(sized(100, 1))).toBe(1);
  expect(countFitting(sized(1, 100))).toBe(1);
  expect(countFitting(sized(4, 4, 1))).toBe(2);
  expect(countFitting([])).toBe(0);
});
