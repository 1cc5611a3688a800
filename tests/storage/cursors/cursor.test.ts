import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatCursor, parseCursor } from "../../../storage/cursors/cursor.ts";
import type { EventFilter, PageRequest } from "../../../storage/event-log.ts";
import { EventLogError } from "../../../storage/event-log-error.ts";
import { arbitraryFilter } from "../../../storage/testing/arbitrary-events.ts";

const page: PageRequest = { order: "asc", limit: 10 };
const arbitraryId = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const arbitraryPage = fc.record({ order: fc.constantFrom("asc", "desc"), limit: fc.nat() });

function parse(
  cursor: string,
  filter: EventFilter = {},
  request: PageRequest = page,
): number | "bad_cursor" | undefined {
  try {
    return parseCursor(filter, { ...request, cursor });
  } catch (error) {
    if (error instanceof EventLogError && error.code === "bad_cursor") return error.code;
    throw error;
  }
}

describe("cursors", () => {
  test("a page without a cursor starts at the beginning", () => {
    expect(parseCursor({}, page)).toBeUndefined();
  });

  test("a cursor survives format and parse, with any filter, order and limit", () => {
    fc.assert(
      fc.property(arbitraryId, arbitraryFilter(100), arbitraryPage, fc.nat(), (id, filter, request, limit) => {
        expect(parse(formatCursor(id, filter, request), filter, { ...request, limit })).toBe(id);
      }),
    );
  });

  test("a cursor needs no escape in a URL", () => {
    fc.assert(
      fc.property(arbitraryId, arbitraryFilter(100), (id, filter) => {
        expect(formatCursor(id, filter, page)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  test("the order of a filter's names does not matter, nor does a copy of its key", () => {
    const cursor = formatCursor(5, { assetKey: ["a"], since: 1, partition: "" }, page);
    expect(parse(cursor, { partition: "", since: 1, assetKey: ["a"] })).toBe(5);
  });

  test("a cursor of another filter is bad", () => {
    fc.assert(
      fc.property(arbitraryFilter(100), arbitraryFilter(100), (filter, other) => {
        fc.pre(!Bun.deepEquals(filter, other));
        expect(parse(formatCursor(5, filter, page), other)).toBe("bad_cursor");
      }),
    );
  });

  test("the same value in another filter is another filter", () => {
    const filters: readonly EventFilter[] = [
      {},
      { assetKey: ["a"] },
      { prefix: ["a"] },
      { assetKey: ["a", "b"] },
      { assetKey: ["a/b"] },
      { partition: "a" },
      { checkName: "a" },
      { partition: "" },
      { partition: "null" },
      { since: 1 },
      { until: 1 },
      { after: 1 },
      { before: 1 },
      { partition: "1" },
    ];
    for (const filter of filters) {
      const cursor = formatCursor(5, filter, page);
      expect(filters.filter((other) => parse(cursor, other) === 5)).toEqual([filter]);
    }
  });

  test("a cursor of the other order is bad", () => {
    expect(parse(formatCursor(5, {}, page), {}, { order: "desc", limit: 10 })).toBe("bad_cursor");
  });

  test("any other text is bad, and the message shows it", () => {
    const good = formatCursor(5, {}, page);
    for (const bad of [
      "",
      "5",
      "-",
      `${good}x`,
      ` ${good}`,
      `${good}\n`,
      good.toUpperCase(),
      `-${good}`,
      `0x${good}`,
    ]) {
      if (bad !== good) expect(parse(bad)).toBe("bad_cursor");
    }
    expect(() => parseCursor({}, { ...page, cursor: 'say "5"' })).toThrow('"say \\"5\\""');
  });

  test("no text makes it throw anything but bad_cursor", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parse(text)).toBe("bad_cursor");
      }),
    );
  });
});
