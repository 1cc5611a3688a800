import { type AssetKey, formatAssetKey } from "../../core/index.ts";

/** How many keys a page of assets looks at before it answers with what it has found. */
export const keysPerPage = 10_000;
/** How many bytes these keys have together, but for the last ones. */
export const keyBytesPerPage = 4 << 20;

/** True where the key as text contains each word that is searched for, in any order, ASCII letters in any case. */
export function matchesSearch(key: AssetKey, search: string): boolean {
  const text = lowerAscii(formatAssetKey(key));
  return wordsOf(search).every((word) => text.includes(word));
}

/** What a search asks for: its words, in lower case. A search of white space alone asks for nothing. */
export function wordsOf(search: string): readonly string[] {
  const words = lowerAscii(search.toWellFormed()).split(/\s+/);
  return [...new Set(words)].filter((word) => word !== "");
}

/** As SQLite's lower() does it. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
