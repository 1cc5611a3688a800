import { type AssetKey, formatAssetKey } from "../../core/index.ts";

/** How many keys a page of assets examines. Then it ends with what it has found. */
export const keysPerPage = 10_000;
/** The size of these keys at which a page ends, in bytes. */
export const keyBytesPerPage = 4 << 20;

/** Whether the key as text contains each word of the search, in any order. The case of ASCII letters does not matter. */
export function matchesSearch(key: AssetKey, search: string): boolean {
  const text = lowerAscii(formatAssetKey(key));
  return wordsOf(search).every((word) => text.includes(word));
}

/** The words of a search, in lower case. White space alone has no words. */
export function wordsOf(search: string): readonly string[] {
  const words = lowerAscii(search.toWellFormed()).split(/\s+/);
  return [...new Set(words)].filter((word) => word !== "");
}

/** The text with ASCII letters in lower case, as SQLite's lower() makes it. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
