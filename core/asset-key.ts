import { safelyParseJson } from "./json/json.ts";
import { isArray } from "./json/json-value.ts";

/** The parts of an asset's name, outermost first: `["s3", "orders"]`. At least one part is not empty. */
export type AssetKey = readonly string[];

/**
 * The key as one line of text, which `parseAssetKey` reads back: parts joined by `/`, or a JSON array if the joined
 * text would be ambiguous (a part holds a slash, or the text would start like an array).
 *
 * @example
 * console.log(formatAssetKey(["warehouse", "orders"])); // warehouse/orders
 * console.log(formatAssetKey(["s3", "2026/11"])); // ["s3","2026/11"]
 */
export function formatAssetKey(key: AssetKey): string {
  const joined = key.join("/");
  return joined.startsWith("[") || key.some((part) => part.includes("/")) ? JSON.stringify(key) : joined;
}

/**
 * Reads `a/b` or `["a","b"]`. Returns undefined for a key without a non-empty part, which names nothing.
 *
 * @example
 * console.log(parseAssetKey("warehouse/orders")); // [ 'warehouse', 'orders' ]
 * console.log(parseAssetKey("//")); // undefined
 */
export function parseAssetKey(text: string): AssetKey | undefined {
  const array = text.startsWith("[") ? safelyParseJson(text) : undefined;
  const isKey = isArray(array) && array.every((part) => typeof part === "string");
  return namedKey(isKey ? array : text.toWellFormed().split("/"));
}

/** The key itself, or undefined if all its parts are empty. */
export function namedKey(parts: AssetKey): AssetKey | undefined {
  return parts.some((part) => part !== "") ? parts : undefined;
}

/**
 * Orders keys part by part, each part by code point, as SQLite orders UTF-8 (JavaScript's `<` orders UTF-16 units).
 *
 * @example
 * const keys = [["b"], ["a", "z"], ["a"]];
 * console.log(keys.sort(compareAssetKeys)); // [ [ 'a' ], [ 'a', 'z' ], [ 'b' ] ]
 */
export function compareAssetKeys(a: AssetKey, b: AssetKey): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    const order = compareCodePoints(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function sameKey(a: AssetKey, b: AssetKey): boolean {
  return compareAssetKeys(a, b) === 0;
}

export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return afterSurrogates(left) - afterSurrogates(right);
  }
  return a.length - b.length;
}

// A surrogate stands for a code point above U+FFFF, so it sorts after U+E000-U+FFFF.
function afterSurrogates(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
}

/**
 * True for the key itself and every key below it: `["s3"]` is a prefix of `["s3", "orders"]`, not of `["s3x"]`.
 *
 * @example
 * console.log(hasPrefix(["s3", "orders"], ["s3"])); // true
 */
export function hasPrefix(key: AssetKey, prefix: AssetKey): boolean {
  return prefix.every((part, i) => key[i] === part);
}
