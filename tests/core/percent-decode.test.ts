import { expect, test } from "bun:test";
import fc from "fast-check";
import { percentDecode } from "../../core/percent-decode.ts";
import { always, percentText } from "./arbitraries.ts";

test.each([
  ["plain text stays", "a/b c+d", "a/b c+d"],
  ["escapes are decoded in either case", "%C3%a9%2F%25", "é/%"],
  ["nothing is decoded twice", "%2541", "%41"],
  ["an invalid escape stays as it is written", "100%/%zz/%2", "100%/%zz/%2"],
  ["a byte that starts no character becomes U+FFFD", "a%ffb", "a\ufffdb"],
  ["a character cut short is one U+FFFD", "%f0%9f%98", "\ufffd"],
  ["an encoded surrogate is three", "%ed%a0%80", "\ufffd\ufffd\ufffd"],
  ["an overlong slash is no slash", "%c0%af", "\ufffd\ufffd"],
  ["nothing lies beyond U+10FFFF", "%f4%90%80%80", "\ufffd\ufffd\ufffd\ufffd"],
  ["a byte order mark is kept", "%ef%bb%bfa", "\ufeffa"],
])("%s", (_, text, decoded) => {
  expect(percentDecode(text)).toBe(decoded);
});

test("is what the WHATWG decoder makes of the bytes", () => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const reference = (text: string) => {
    const parts = text.split(/(%[\da-fA-F]{2})/);
    const bytes = parts.map((part, i) => (i % 2 === 1 ? [Number.parseInt(part.slice(1), 16)] : [...Buffer.from(part)]));
    return decoder.decode(new Uint8Array(bytes.flat()));
  };
  always(
    fc.property(percentText, (text) => {
      expect(percentDecode(text)).toBe(reference(text));
    }),
  );
});
