import type { AssetKey } from "../../../core/index.ts";

// U+0001 separates the parts of a key. It is the lowest character in use, so a key comes right before the keys below
// it: SQLite's byte order is the order of keys, and a prefix is one range. U+0002 begins an escape for the three
// characters that would interfere. U+0000 must not reach the driver, which cuts text there when it reads it back.
const separator = "\u0001";
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
const reserved = /[\u0000-\u0002]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
const escaped = /\u0002([\u0003-\u0005])/g;

/**
 * Text for the database: without U+0000, and sorted by code point when compared byte by byte. A lone surrogate becomes
 * U+FFFD: SQLite would keep it as invalid UTF-8, and the driver ends the whole process when it reads that.
 */
export function encodeText(text: string): string {
  return text.toWellFormed().replace(reserved, (unit) => `\u0002${String.fromCharCode(unit.charCodeAt(0) + 3)}`);
}

export function decodeText(text: string): string {
  return text.replace(escaped, (_, unit: string) => String.fromCharCode(unit.charCodeAt(0) - 3));
}

export function encodeNullable(text: string | null): string | null {
  return text === null ? null : encodeText(text);
}

/** Of a column as the driver gives it. */
export function decodeNullable(text: unknown): string | null {
  return text === null || text === undefined ? null : decodeText(String(text));
}

export function encodeKey(key: AssetKey): string {
  return key.map(encodeText).join(separator);
}

export function decodeKey(text: string): AssetKey {
  return text.split(separator).map(decodeText);
}

/** The half-open range of encoded keys from this one through all below it. */
export function keyRange(key: AssetKey): { readonly from: string; readonly to: string } {
  const encoded = encodeKey(key);
  return { from: encoded, to: `${encoded}\u0002` };
}
