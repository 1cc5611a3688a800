import { edit, type JsonEdits } from "./json-edits.ts";
import { JsonSyntaxError } from "./json-syntax-error.ts";

const space = 0x20;
const quote = 0x22;
const slash = 0x2f;
const zero = 0x30;
const nine = 0x39;
const backslash = 0x5c;
const letterA = 0x61;
const letterF = 0x66;
const letterU = 0x75;

/** How many characters of a string are checked one by one. */
const nearby = 32;
/** A string longer than this is decoded by the engine, if JSON.stringify would write it in another way. */
const distant = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\u0000-\u001f]/g;

/**
 * Steps over the strings of a JSON text, one after another. Notes those that JSON.stringify would write in another way.
 */
export class StringScanner {
  readonly #source: string;
  readonly #edits: JsonEdits;
  /** The next backslash and the next control character after the last searched part. */
  #nextBackslash = -1;
  #nextControl = -1;
  /** The start of the last string with a backslash. */
  lastEscaped = -1;

  constructor(source: string, edits: JsonEdits) {
    this.#source = source;
    this.#edits = edits;
  }

  /** The end of the string that starts here. Throws JsonSyntaxError. */
  end(start: number): number {
    const source = this.#source;
    const near = start + nearby;
    for (let at = start + 1; at < near; at++) {
      const unit = source.charCodeAt(at);
      if (unit === quote) return at + 1;
      if (unit === backslash || !(unit >= space)) return this.#endFrom(start, at);
    }
    return this.#longEnd(start, near);
  }

  /** Finds the end of a string by the engine's own search, which is faster over long distances. */
  #longEnd(start: number, from: number): number {
    const source = this.#source;
    const end = source.indexOf('"', from);
    if (this.#nextBackslash < from) {
      const found = source.indexOf("\\", from);
      this.#nextBackslash = found === -1 ? source.length : found;
    }
    if (this.#nextControl < from) {
      controlCharacter.lastIndex = from;
      this.#nextControl = controlCharacter.exec(source)?.index ?? source.length;
    }
    const special = Math.min(this.#nextBackslash, this.#nextControl);
    return end !== -1 && end < special ? end + 1 : this.#endFrom(start, special);
  }

  /** As `end`, for a string without special characters up to `from`. */
  #endFrom(start: number, from: number): number {
    const source = this.#source;
    let isWritten = true; // as JSON.stringify would
    let far = start + distant;
    let at = from;
    for (;;) {
      const unit = source.charCodeAt(at);
      if (unit === quote) break;
      if (unit === backslash) {
        if (at > far && !isWritten) {
          const end = this.#decodedEnd(start, at);
          if (end !== -1) return end;
          far = source.length; // the mistake is further on
        }
        const next = this.#escapeEnd(start, at);
        const escaped = source.charCodeAt(at + 1);
        if (escaped === letterU || escaped === slash) isWritten = false;
        at = next;
      } else if (unit >= space) at++;
      else if (at >= source.length) this.#fail("Unterminated string starting at", start);
      else this.#fail("Invalid control character at", at);
    }
    if (from < at) this.lastEscaped = start;
    if (!isWritten) this.#edits.add(start, at + 1, edit.recode);
    return at + 1;
  }

  /** Has the engine decode a long string, in half of the time. Returns -1 if it is not valid. */
  #decodedEnd(start: number, from: number): number {
    const source = this.#source;
    let last = source.indexOf('"', from);
    while (last !== -1 && isEscaped(source, last)) last = source.indexOf('"', last + 1);
    if (last === -1) return -1;
    try {
      const text: string = JSON.parse(source.slice(start, last + 1));
      this.#edits.replace(start, last + 1, JSON.stringify(text.toWellFormed()));
    } catch {
      return -1;
    }
    this.lastEscaped = start;
    return last + 1;
  }

  #escapeEnd(start: number, at: number): number {
    const source = this.#source;
    const escaped = source.charCodeAt(at + 1);
    if (escaped === letterU) {
      for (let i = at + 2; i < at + 6; i++) {
        if (!isHexDigit(source.charCodeAt(i))) this.#fail("Invalid \\uXXXX escape", at + 1);
      }
      return at + 6;
    }
    if (at + 1 === source.length) this.#fail("Unterminated string starting at", start);
    if (escaped !== slash && !isShortEscape(escaped)) this.#fail("Invalid \\escape", at);
    return at + 2;
  }

  #fail(problem: string, position: number): never {
    throw new JsonSyntaxError(problem, this.#source, position);
  }
}

function isEscaped(source: string, at: number): boolean {
  let backslashes = 0;
  while (source.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function isHexDigit(unit: number): boolean {
  return (unit >= zero && unit <= nine) || ((unit | 0x20) >= letterA && (unit | 0x20) <= letterF);
}

/** The escapes that JSON.stringify writes: `"`, the backslash, b, f, n, r and t. */
function isShortEscape(unit: number): boolean {
  switch (unit) {
    case quote:
    case backslash:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}
