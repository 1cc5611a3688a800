import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatListCursor, type ListPosition, parseListCursor } from "../../../storage/cursors/list-cursor.ts";
import { EventLogError } from "../../../storage/event-log-error.ts";
import { arbitraryText } from "../../../storage/testing/arbitrary-events.ts";

const marked = ["assets", ["a"], undefined];
const arbitraryPosition: fc.Arbitrary<ListPosition> = fc.array(fc.option(arbitraryText), { maxLength: 4 });

function parse(cursor: string | undefined, other: typeof marked = marked): ListPosition | "bad_cursor" | undefined {
  try {
    return parseListCursor(cursor, other);
  } catch (error) {
    if (error instanceof EventLogError && error.code === "bad_cursor") return error.code;
    throw error;
  }
}

describe("cursors of lists", () => {
  test("a page without a cursor starts at the beginning", () => {
    expect(parse(undefined)).toBeUndefined();
  });

  test("any position survives format and parse: any text, lone surrogates and U+0000 too, and null", () => {
    fc.assert(
      fc.property(arbitraryPosition, (position) => {
        expect(parse(formatListCursor(position, marked))).toEqual(position);
      }),
    );
    const long = ["\u{1f600}\u0000".repeat(100_000)];
    expect(parse(formatListCursor(long, marked))).toEqual(long);
  });

  test("a cursor needs no escape in a URL", () => {
    fc.assert(
      fc.property(arbitraryPosition, (position) => {
        expect(formatListCursor(position, marked)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  test("a cursor of another list is bad, and the message says so", () => {
    const lists = [
      marked,
      ["assets", undefined, ["a"]],
      ["assets", ["a"], "a"],
      ["checks", ["a"]],
      ["checks", "a"],
      [],
    ];
    const cursor = formatListCursor(["a"], marked);
    expect(lists.filter((list) => parse(cursor, list) !== "bad_cursor")).toEqual([marked]);
    expect(() => parseListCursor(cursor, [])).toThrow("other filters");
  });

  test("a changed cursor is bad, wherever it was changed", () => {
    const good = formatListCursor(["a", null, "é"], marked);
    for (let i = 0; i < good.length; i++) {
      for (const changed of ["", "=", "+", " ", `${good[i]}A`]) {
        expect(parse(good.slice(0, i) + changed + good.slice(i + 1))).toBe("bad_cursor");
      }
    }
    for (const json of ['{"a":1}', "[1]", "[[]]", '"a"', "null", "[", '[ "a"]', ""]) {
      expect(parse(`${btoa(json).replaceAll("=", "")}${good.slice(good.lastIndexOf("-"))}`)).toBe("bad_cursor");
    }
  });

  test("no text makes it throw anything but bad_cursor", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.base64String()), (text) => {
        expect([parse(text), parse(`${text}-0`)]).toEqual(["bad_cursor", "bad_cursor"]);
      }),
    );
    expect(() => parseListCursor('say "5"', marked)).toThrow('"say \\"5\\""');
  });
});
