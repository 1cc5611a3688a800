import fc from "fast-check";
import {
  type AssetKey,
  checkEvaluation,
  compareAssetKeys,
  formatAssetKey,
  materialization,
  observation,
} from "../../../core/index.ts";
import { matchesSearch } from "../../scan/matches-search.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, record } from "./harness.ts";
import { readAssets, readKeys } from "./walk-pages.ts";

export function assetListContract(declareTest: DeclareTest): void {
  declareTest("each asset is listed once, with the record that it has alone", async ({ log }) => {
    await record(
      log,
      ...[materialization("b", { partition: "p", dataVersion: "v" }), observation("b"), materialization("b")],
      ...[
        checkEvaluation("c", { checkName: "y", passed: true }),
        checkEvaluation("c", { checkName: "x", passed: true }),
      ],
      ...[observation(["a", "b"]), checkEvaluation("b", { checkName: "x", passed: false, partition: "p" })],
    );
    const keys = [["a", "b"], ["b"], ["c"]];
    expect(await readKeys(log)).toEqual(keys);
    for (const limits of [[1], [2], [3], [100]]) {
      const alone = await Promise.all(keys.map((key) => log.asset(key)));
      expect(await readAssets(log, {}, limits)).toEqual(alone.flatMap((asset) => asset ?? []));
    }
  });

  declareTest("assets are ordered by key: part by part, each by code point", async ({ log }) => {
    const keys: readonly AssetKey[] = [
      ["", "a"],
      ["", "a", ""],
      ["\u0000"],
      ["\u0001"],
      ["\u0002"],
      ["\u0003"],
      ["1"],
      ["10"],
      ["9"],
      ["Z"],
      ["a"],
      ["a", ""],
      ["a", "", "b"],
      ["a", "\u0000"],
      ["a", "\u0001"],
      ["a", "b"],
      ["a", "b", "c"],
      ["a", "c"],
      ["a\u0000"],
      ["a\u0001"],
      ["a\u0001", "b"],
      ["a\u0002"],
      ["a b"],
      ["a/b"],
      ["ab"],
      ["é"],
      ["\ud7ff"],
      ["\uffee"],
      ["\u{1f600}"],
    ];
    await record(
      log,
      ...keys
        .toSorted((x, y) => x.length - y.length || (String(x) < String(y) ? 1 : -1))
        .map((key) => materialization(key)),
    );
    for (const limits of [[100], [1], [2, 5]]) expect(await readKeys(log, {}, limits)).toEqual(keys);
  });

  declareTest("a prefix finds the key itself and all below it, and no key that only starts alike", async ({ log }) => {
    const inside = [["s3"], ["s3", ""], ["s3", "\u0000"], ["s3", "a"], ["s3", "a", "b"], ["s3", "\u{10ffff}"]];
    const outside = [
      ["S3", "a"],
      ["a", "s3"],
      ["s"],
      ["s3\u0000"],
      ["s3\u0001a"],
      ["s3 "],
      ["s3/a"],
      ["s3x"],
      ["s3\u{10ffff}"],
    ];
    await record(log, ...[...outside, ...inside].map((key) => materialization(key)));
    for (const limits of [[100], [1], [2]]) expect(await readKeys(log, { prefix: ["s3"] }, limits)).toEqual(inside);
    expect(await readKeys(log, { prefix: ["s3", "a"] })).toEqual([
      ["s3", "a"],
      ["s3", "a", "b"],
    ]);
    expect(await readKeys(log, { prefix: ["s3", "a", "b", "c"] })).toEqual([]);
  });

  declareTest(
    "a search finds keys whose text contains each of its words, ASCII letters in any case",
    async ({ log }) => {
      const keys = [
        ["S3", "Orders"],
        ["backorders"],
        ["ord", "ers"],
        ["É"],
        ["a/b", "c"],
        ["x\u0000y"],
        ["50%"],
        ["a_b"],
      ];
      await record(log, ...keys.map((key) => materialization(key)));
      const cases: readonly (readonly [string, AssetKey[]])[] = [
        ["orders", [["S3", "Orders"], ["backorders"]]],
        ["ORDERS", [["S3", "Orders"], ["backorders"]]],
        ["3/o", [["S3", "Orders"]]],
        ["d/e", [["ord", "ers"]]],
        ["É", [["É"]]],
        ["é", []],
        ['"a/b","c"', [["a/b", "c"]]],
        ["a/b/c", []],
        ["x\u0000Y", [["x\u0000y"]]],
        ["%", [["50%"]]],
        ["_", [["a_b"]]],
        ["a.b", []],
        ["orders s3", [["S3", "Orders"]]],
        ["  ORD\tback ", [["backorders"]]],
        ["ord ers d/e", [["ord", "ers"]]],
        ["orders users", []],
        [" ", keys.toSorted(compareAssetKeys)],
        ["nothing", []],
      ];
      for (const [search, found] of cases) expect([search, await readKeys(log, { search })]).toEqual([search, found]);
      expect(await readKeys(log, { search: "" })).toHaveLength(keys.length);
    },
  );

  declareTest("a search finds whatever part of a key's text it is, of any key", async ({ log }) => {
    const unit = fc.constantFrom(
      "a",
      "B",
      "é",
      "É",
      "/",
      "[",
      '"',
      "\\",
      "%",
      "_",
      "\u0001",
      "\u0002",
      "\u0003",
      "\n",
      "\u{1f600}",
      "",
    );
    const part = fc.string({ unit, maxLength: 4 });
    const key = fc.array(part, { minLength: 1, maxLength: 3 }).filter((parts) => parts.some((one) => one !== ""));
    const keys = fc.sample(key, { numRuns: 300, seed: 7 });
    await log.append([keys.map((assetKey) => ({ event: materialization(assetKey) }))]);
    const all = await readKeys(log);
    const place = fc.tuple(fc.constantFrom(...all), fc.nat(20), fc.integer({ min: 1, max: 6 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(place, async ([assetKey, from, length, isLower]) => {
        const text = formatAssetKey(assetKey);
        const cut = text.slice(from % text.length).slice(0, length);
        const search = isLower ? cut.toLowerCase() : cut;
        expect(await readKeys(log, { search })).toEqual(all.filter((one) => matchesSearch(one, search)));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  declareTest("a prefix and a search hold together", async ({ log }) => {
    await record(log, ...["s3/orders", "s3/users", "gcs/orders", "s3/a/Orders"].map((key) => materialization(key)));
    for (const limits of [[100], [1]]) {
      expect(await readKeys(log, { prefix: ["s3"], search: "orders" }, limits)).toEqual([
        ["s3", "a", "Orders"],
        ["s3", "orders"],
      ]);
    }
  });

  declareTest("a search that finds little among many ends, and finds it", async ({ log }) => {
    await record(log, ...Array.from({ length: 2_000 }, (_, i) => materialization(["t", String(i)])));
    await record(log, materialization("t/needle"), materialization("z"));
    for (const limits of [[1], [100]])
      expect(await readKeys(log, { search: "needle" }, limits)).toEqual([["t", "needle"]]);
    expect(await readKeys(log, {}, [1_000])).toHaveLength(2_002);
  });
}
