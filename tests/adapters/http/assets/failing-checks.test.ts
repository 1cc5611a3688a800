import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkEvaluation } from "../../../../core/index.ts";
import type { EventLog } from "../../../../storage/index.ts";
import { bearer, guardedApp, namedToken } from "../guarded.ts";
import { memory, nativeApp } from "../native.ts";

interface CheckPage {
  readonly checks: readonly {
    readonly asset_key: readonly string[];
    readonly check_name: string;
    readonly partition: string | null;
    readonly latest_evaluation: { readonly id: number; readonly passed: boolean };
    readonly evaluations: number;
  }[];
  readonly cursor: string | null;
  readonly has_more: boolean;
}

type Ask = (path: string) => Promise<CheckPage>;

/** All pages, and how many they were. */
async function walk(ask: Ask, query: string, limit: number) {
  const pages: CheckPage[] = [];
  for (let cursor = ""; ; ) {
    const page = await ask(`checks?failing=true${query}&limit=${limit}${cursor}`);
    expect(page.checks.length).toBeLessThanOrEqual(limit);
    pages.push(page);
    if (!page.has_more) return { checks: pages.flatMap(({ checks }) => checks), pages: pages.length };
    cursor = `&cursor=${encodeURIComponent(page.cursor ?? "")}`;
  }
}

const askOf =
  (log: EventLog): Ask =>
  async (path) =>
    (await nativeApp({ log }).ask(path)).body as CheckPage; // as the API answers

const evaluation = fc.record({
  key: fc.constantFrom("a", "a/b", "b", "b/c/d", "c"),
  checkName: fc.constantFrom("fresh", "rows", "\ud83d\ude00"),
  partition: fc.constantFrom(null, "", "p", "q"),
  passed: fc.boolean(),
});

describe("failing checks", () => {
  test("of all assets are, page by page of any size, those of each asset that fail", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(evaluation, { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (given, limit) => {
          const log = memory();
          for (const { key, ...options } of given) await log.append([[{ event: checkEvaluation(key, options) }]]);
          const ask = askOf(log);
          const expected: CheckPage["checks"][number][] = [];
          for (const { assetKey } of (await log.assets({}, { limit: 100 })).assets) {
            const { checks } = await ask(`checks?asset_key=${encodeURIComponent(JSON.stringify(assetKey))}`);
            expected.push(...checks.filter(({ latest_evaluation }) => !latest_evaluation.passed));
          }
          expect((await walk(ask, "", limit)).checks).toEqual(expected);
          const ofB = expected.filter(({ asset_key }) => asset_key[0] === "b");
          expect((await walk(ask, "&prefix=b", limit)).checks).toEqual(ofB);
          const ofOne = expected.filter(({ asset_key }) => asset_key.join("/") === "a/b");
          expect((await walk(ask, "&asset_key=a/b", limit)).checks).toEqual(ofOne);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("among very many that pass come in pages that end, short as they may be", async () => {
    const log = memory();
    const partitions = Array.from({ length: 1500 }, (_, i) => `p${String(i).padStart(4, "0")}`);
    const event = (partition: string) =>
      checkEvaluation("a", { checkName: "c", partition, passed: partition !== "p1400" });
    await log.append([partitions.map((partition) => ({ event: event(partition) }))]);
    for (const key of Array.from({ length: 120 }, (_, i) => `many/${i}`)) {
      await log.append([[{ event: checkEvaluation(key, { checkName: "c", passed: false }) }]]);
    }
    const { checks, pages } = await walk(askOf(log), "", 100);
    expect(checks.map(({ asset_key }) => asset_key[0])).toEqual(["a", ...Array(120).fill("many")]);
    expect(pages).toBeGreaterThan(3);
  });

  test("stay where they were while checks begin to fail and to pass", async () => {
    const log = memory();
    const report = (key: string, passed: boolean) =>
      log.append([[{ event: checkEvaluation(key, { checkName: "c", passed }) }]]);
    for (const key of ["a", "b", "c", "d"]) await report(key, false);
    const ask = askOf(log);
    const { cursor } = await ask("checks?failing=true&limit=2");
    await report("a", true);
    await report("a0", false);
    await report("c", true);
    const rest = await ask(`checks?failing=true&limit=2&cursor=${encodeURIComponent(cursor ?? "")}`);
    expect(rest.checks.map(({ asset_key }) => asset_key)).toEqual([["d"]]);
  });

  test("are asked for with the filters that a cursor came with", async () => {
    const log = memory();
    for (const key of ["a/b", "a/c"])
      await log.append([[{ event: checkEvaluation(key, { checkName: "c", passed: false }) }]]);
    const { ask } = nativeApp({ log });
    const first = (await ask("checks?failing=true&limit=1")).body as CheckPage; // as the API answers
    const cursor = `&cursor=${encodeURIComponent(first.cursor ?? "")}`;
    for (const other of ["failing=true&prefix=a", "failing=true&asset_key=a/b", "asset_key=a/b"]) {
      const { status, body } = await ask(`checks?${other}${cursor}`);
      expect([status, body]).toEqual([400, { error: expect.stringContaining("cursor") }]);
    }
  });

  test("narrow to a token's prefix, whatever the cursor says", async () => {
    const log = memory();
    for (const key of ["a", "s3/x", "s3/y", "t"]) {
      await log.append([[{ event: checkEvaluation(key, { checkName: "c", passed: false }) }]]);
    }
    const { app } = await guardedApp([namedToken("s3", { scopes: ["read"], prefix: ["s3"] })], log);
    const ask: Ask = async (path) => {
      const response = await app.request(`/api/v1/${path}`, { headers: bearer("s3") });
      return (await response.json()) as CheckPage; // as the API answers
    };
    const { checks } = await walk(ask, "", 1);
    expect(checks.map(({ asset_key }) => asset_key)).toEqual([
      ["s3", "x"],
      ["s3", "y"],
    ]);
    // One that was given to somebody who may see more.
    const { cursor } = await askOf(log)("checks?failing=true&limit=1");
    const found = await ask(`checks?failing=true&limit=9&cursor=${encodeURIComponent(cursor ?? "")}`);
    expect(JSON.stringify(found)).not.toMatch(/"(a|t)"/);
  });
});
