import { endOfValue } from "../../../core/json/json-parts.ts";
import { jsonNumber } from "../../../core/json/json-value.ts";

export interface Measure {
  readonly bytes: number;
  /** The depth of the deepest value: 1 for a list of plain values. */
  readonly depth: number;
}

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const colon = 0x3a;
const bracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const letterI = 0x49;
const letterN = 0x4e;
const letterU = 0x75;
const brace = 0x7b;
const closeBrace = 0x7d;

/**
 * The size of a JSON text of `stringifyJson`: names and texts in UTF-8, long numbers by their digits, and one byte for
 * every other value. The texts NaN, Infinity and -Infinity count one byte too, because they may have been numbers.
 */
export function measureJson(text: string): Measure {
  let bytes = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      const word = wordAt(text, at);
      if (word > 0) bytes++;
      else bytes += sizeOfString(text, at);
      at = word > 0 ? at + word : endOfValue(text, at);
    } else if (unit === bracket || unit === brace) {
      bytes++;
      if (++depth > deepest) deepest = depth;
      at++;
    } else if (unit === closeBracket || unit === closeBrace) {
      depth--;
      at++;
    } else if (unit === comma || unit === colon) at++;
    else {
      const end = endOfScalar(text, at);
      bytes += sizeOfScalar(text.slice(at, end));
      at = end;
    }
  }
  return { bytes, depth: deepest };
}

/** The length of a text that stands for a number, and is no name; 0 if none starts here. */
function wordAt(text: string, start: number): number {
  const first = text.charCodeAt(start + 1);
  const word = first === letterN ? '"NaN"' : first === letterI ? '"Infinity"' : first === minus ? '"-Infinity"' : "";
  const isWord = word !== "" && text.startsWith(word, start) && text.charCodeAt(start + word.length) !== colon;
  return isWord ? word.length : 0;
}

function sizeOfString(text: string, start: number): number {
  let size = 0;
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) break;
    if (unit === backslash) at += text.charCodeAt(at + 1) === letterU ? 5 : 1; // an escape of a control character is one byte
    size += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return size;
}

function endOfScalar(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === comma || unit === closeBracket || unit === closeBrace) return at;
  }
  return text.length;
}

function sizeOfScalar(token: string): number {
  if (!/^[-\d]/.test(token)) return 1;
  return typeof jsonNumber(token) === "number" ? 1 : token.length;
}
