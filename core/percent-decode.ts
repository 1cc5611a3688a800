const hex = "[\\da-f]";
const tail = `%[89ab]${hex}`;
const wellFormed = [
  `%[0-7]${hex}`,
  `%(?:c[2-9a-f]|d${hex})${tail}`,
  `%(?:e0%[ab]${hex}|e[1-9a-cef]${tail}|ed%[89]${hex})${tail}`,
  `%(?:f0%[9ab]${hex}|f[1-3]${tail}|f4%8${hex})${tail}${tail}`,
].join("|");
const cutShort = [
  `%(?:f0%[9ab]${hex}|f[1-3]${tail}|f4%8${hex})(?:${tail})?`,
  `%(?:e0%[ab]${hex}|e[1-9a-cef]${tail}|ed%[89]${hex})`,
  `%[89a-f]${hex}`,
].join("|");
const escapes = new RegExp(`(${wellFormed})|${cutShort}`, "gi");

/**
 * Decodes percent-escapes as Python's `unquote` does, so that no path is refused. An invalid escape stays as it is
 * written. Invalid UTF-8 becomes U+FFFD (one for each maximal subpart, as in the WHATWG Encoding Standard).
 */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(escapes, (_, bytes: string | undefined) =>
    bytes === undefined ? "\ufffd" : decodeURIComponent(bytes),
  );
}
