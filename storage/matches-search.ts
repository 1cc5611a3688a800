import { type AssetKey, formatAssetKey } from "../core/index.ts";

/** True where the key as text contains what is searched for, ASCII letters in any case. */
export function matchesSearch(key: AssetKey, search: string): boolean {
  return lowerAscii(formatAssetKey(key)).includes(lowerAscii(search.toWellFormed()));
}

/** As SQLite's lower() does it. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
