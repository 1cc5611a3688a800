import { expect, test } from "bun:test";
import fc from "fast-check";
import { catalogRows, pageOfRows } from "../../../../adapters/web/catalog/catalog-rows.ts";
import { type AssetKey, compareAssetKeys, hasPrefix } from "../../../../core/index.ts";

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

const shapeOf = (keys: readonly AssetKey[], most: number) =>
  catalogRows(
    keys.toSorted(compareAssetKeys).map((assetKey) => ({ assetKey })),
    most,
  ).map((row) => {
    const name = "prefix" in row ? row.prefix : row.asset.assetKey;
    const size = "prefix" in row ? ` (${row.assets.length}${row.isOpen ? "" : ", closed"})` : "";
    return `${"  ".repeat(row.depth)}${name.slice(row.from).join("/")}${size}`;
  });

test("of more assets than there is room for, whole levels are open, and what is alone on its level", () => {
  const keys = ["a/x/1", "a/x/2", "a/x/3", "a/y/1", "a/y/2", "b/1", "b/2"].map((key) => key.split("/"));
  expect(shapeOf(keys, 6)).toEqual(["a (5)", "  x (3, closed)", "  y (2, closed)", "b (2)", "  1", "  2"]);
  expect(shapeOf(keys, 5)).toEqual(["a (5, closed)", "b (2, closed)"]);
  expect(shapeOf(keys, 7)).toHaveLength(11);
  expect(shapeOf(keys.slice(0, 5), 1)).toEqual(["a (5)", "  x (3, closed)", "  y (2, closed)"]);
});

test("pages of rows have each row once, below the groups that are open above it", () => {
  const key = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.uniqueArray(key, { selector: String }), fc.integer({ min: 1, max: 4 }), (found, most) => {
      const all = catalogRows(
        found.toSorted(compareAssetKeys).map((assetKey) => ({ assetKey })),
        most,
      );
      const isLeaf = (row: (typeof all)[number]) => !("prefix" in row && row.isOpen);
      const seen: (typeof all)[number][] = [];
      for (let after: AssetKey | undefined, isMore = true; isMore; ) {
        const page = pageOfRows(all, after, most);
        const leaves = page.rows.filter(isLeaf);
        expect(leaves).toHaveLength(Math.min(most, page.count - page.start));
        expect(page.start).toBe(seen.length);
        seen.push(...leaves);
        after = page.last;
        isMore = after !== undefined;
      }
      expect(seen).toEqual(all.filter(isLeaf));
    }),
  );
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
