import { type AssetKey, formatAssetKey } from "../core/index.ts";

/** How many keys a page of assets looks at before it answers with what it has found. */
export const keysPerPage = 10_000;
/** How many bytes these keys have together, but for the last ones. */
export const keyBytesPerPage = 4 << 20;

/** True where the key as text contains what is searched for, ASCII letters in any case. */
export function matchesSearch(key: AssetKey, search: string): boolean {
  return lowerAscii(formatAssetKey(key)).includes(lowerAscii(search.toWellFormed()));
}

/** As SQLite's lower() does it. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
