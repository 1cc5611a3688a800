import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type BodyLine, LineSplitter } from "../../../../adapters/http/body/body-lines.ts";
import { always } from "../../../core/arbitraries.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function split(chunks: readonly Uint8Array[], limit = 1000): readonly BodyLine[] {
  const splitter = new LineSplitter(limit);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

/** The bytes in pieces of these lengths. */
function cut(whole: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(whole.subarray(at, at + length));
    at += length;
  }
  return [...chunks, whole.subarray(at)];
}

function linesOneByOne(whole: Uint8Array): readonly BodyLine[] {
  const lines: BodyLine[] = [];
  let start = 0;
  for (let number = 1; start <= whole.byteLength; number++) {
    const found = whole.indexOf(0x0a, start);
    const end = found === -1 ? whole.byteLength : found;
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(whole.subarray(start, end));
      if (text !== "") lines.push({ number, text });
    } catch {
      lines.push({ number, error: "The line is not UTF-8. Send JSON encoded in UTF-8." });
    }
    start = end + 1;
  }
  return lines;
}

describe("the lines of a body", () => {
  test("are the same wherever its chunks begin and end, inside a character too", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", '"', "\r", " ", "\ufeff"), maxLength: 12 });
    always(
      fc.property(fc.array(line), fc.boolean(), fc.array(fc.nat(9)), (lines, ended, lengths) => {
        const text = lines.join("\n") + (ended ? "\n" : "");
        const expected = lines
          .map((text, i) => ({ number: i + 1, text }))
          .filter(({ text }) => text.replace(/[ \r\ufeff]/g, "") !== "");
        expect(split(cut(bytes(text), lengths))).toEqual(expected);
      }),
    );
  });

  test("are counted with the blank ones, and given without", () => {
    expect(split([bytes("\n\na\n \t\r\n\nb")])).toEqual([
      { number: 3, text: "a" },
      { number: 6, text: "b" },
    ]);
  });

  test("that are not UTF-8 say so, and no others", () => {
    const bad = new Uint8Array([0x61, 0xff, 0x0a]);
    const truncated = new Uint8Array([0xe2, 0x82, 0x0a]);
    const lines = split([bytes("a\n"), bad, bytes("b\n"), truncated, bytes("c")]);
    const error = "The line is not UTF-8. Send JSON encoded in UTF-8.";
    expect(lines).toEqual([
      { number: 1, text: "a" },
      { number: 2, error },
      { number: 3, text: "b" },
      { number: 4, error },
      { number: 5, text: "c" },
    ]);
    const joined = new Uint8Array([...bytes("a\n"), ...bad, ...bytes("b\n"), ...truncated, ...bytes("c")]);
    expect(split([joined])).toEqual(lines);
  });

  test("are the same among bytes that are not UTF-8, and among such characters as stand for those", () => {
    const part = fc.constantFrom(
      ...[[0x61], [0xef, 0xbf, 0xbd], [0xe2, 0x82, 0xac], [0xff], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0x80], [0x0a]],
    );
    always(
      fc.property(fc.array(part, { maxLength: 40 }), fc.array(fc.nat(9)), (parts, lengths) => {
        const whole = new Uint8Array(parts.flat());
        const expected = linesOneByOne(whole);
        expect(split([whole])).toEqual(expected);
        expect(split(cut(whole, lengths))).toEqual(expected);
      }),
    );
  });

  test("have a limit in bytes, that each is measured by alone", () => {
    const long = "€".repeat(4);
    const lines = split(cut(bytes(`${long}\nabcdefghij\n€€€\nab`), [5, 5, 5, 20]), 10);
    expect(lines).toEqual([
      { number: 1, error: expect.stringMatching(/^The line has 12 bytes, and the limit is 10\. Send less, or raise/) },
      { number: 2, text: "abcdefghij" },
      { number: 3, text: "€€€" },
      { number: 4, text: "ab" },
    ]);
    expect(split([bytes(`${long}\nabcdefghij\n€€€\nab`)], 10)).toEqual(lines);
  });
});
