import { expect, test } from "bun:test";
import fc from "fast-check";
import { catalogRows } from "../../../adapters/web/catalog-rows.ts";
import { type AssetKey, compareAssetKeys, hasPrefix } from "../../../core/index.ts";

const rowsOf = (...keys: readonly AssetKey[]) =>
  catalogRows(keys.map((assetKey) => ({ assetKey }))).map((row) =>
    "prefix" in row
      ? `${"  ".repeat(row.depth)}${row.prefix.slice(row.from).join("/")} (${row.assets.length})`
      : `${"  ".repeat(row.depth)}${row.asset.assetKey.slice(row.from).join("/")}`,
  );

test("keys become a tree: a prefix of one asset is no branch, one that only leads on joins the next", () => {
  expect(
    rowsOf(["a"], ["a", "x"], ["b", "c", "d", "1"], ["b", "c", "d", "2"], ["b", "c", "e"], ["lone", "some"], ["z"]),
  ).toEqual(["a", "a/x", "b/c (3)", "  d (2)", "    1", "    2", "  e", "lone/some", "z"]);
  expect(rowsOf(["a", "x"], ["a", "x", "y"], ["a", "x", "z"])).toEqual(["a (3)", "  x", "  x (2)", "    y", "    z"]);
});

test("every asset is one row, in its order, below the prefixes that it has", () => {
  const key = fc.array(fc.constantFrom("", "a", "b", "c"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.uniqueArray(key, { selector: (parts) => JSON.stringify(parts) }), (found) => {
      const keys = found.toSorted(compareAssetKeys);
      const rows = catalogRows(keys.map((assetKey) => ({ assetKey })));
      expect(rows.flatMap((row) => ("asset" in row ? [row.asset.assetKey] : []))).toEqual(keys);
      for (const [i, row] of rows.entries()) {
        if (!("prefix" in row)) continue;
        expect(row.assets.length).toBeGreaterThan(1);
        expect(row.prefix.length).toBeGreaterThan(row.from);
        const inside = rows
          .slice(i + 1)
          .filter((below) => "asset" in below && hasPrefix(below.asset.assetKey, row.prefix));
        for (const below of inside.slice(0, row.assets.length)) {
          if (row.assets.some((asset) => "asset" in below && asset === below.asset))
            expect(below.depth).toBeGreaterThan(row.depth);
        }
      }
    }),
  );
});
