/** Definitions are four levels deep, but with YAML's aliases a value can contain itself. */
const deepest = 50;

/** The bytes of a text in UTF-8. A lone surrogate counts as U+FFFD, which has three. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    const isHalf = unit >= 0xd800 && unit < 0xe000;
    const isPaired = isHalf && (unit < 0xdc00 ? isLow(text.charCodeAt(i + 1)) : isHigh(text.charCodeAt(i - 1)));
    bytes += unit < 0x800 || isPaired ? 1 : 2;
  }
  return bytes;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/**
 * The bytes of a value as JSON, without escapes. Infinity if they are more than `most`, or if the value is nested too
 * deeply. A value that YAML aliases repeat counts each time.
 */
export function jsonSize(value: unknown, most: number, depth = 0): number {
  if (typeof value === "string") {
    const bytes = value.length > most ? Number.POSITIVE_INFINITY : utf8Length(value) + 2;
    return bytes > most ? Number.POSITIVE_INFINITY : bytes;
  }
  if (typeof value !== "object" || value === null) return String(value).length;
  if (depth === deepest) return Number.POSITIVE_INFINITY;
  let bytes = 2;
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    bytes += (isList ? 1 : utf8Length(name) + 4) + jsonSize(member, most - bytes, depth + 1);
    if (bytes > most) return Number.POSITIVE_INFINITY;
  }
  return bytes;
}
