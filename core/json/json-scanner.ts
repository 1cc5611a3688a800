import { edit, JsonEdits } from "./json-edits.ts";
import { numberEnd } from "./json-number.ts";
import { StringScanner } from "./json-strings.ts";
import { JsonSyntaxError } from "./json-syntax-error.ts";
import { MemberNames } from "./member-names.ts";

const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const bracket = 0x5b;
const closeBracket = 0x5d;
const brace = 0x7b;
const closeBrace = 0x7d;

/** The place of a value in the source, and its nesting depth: 0 if it is no object or array, 1 for `[]` and `[1]`. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** As `depth`, without empty objects and arrays: 0 for `[]`, 1 for `[1]` and `[[]]`. */
  readonly filled: number;
}

interface ScanOptions {
  readonly maxDepth: number;
  /** Whether the names of every object are put in the order of `<`. */
  readonly isSorted?: boolean;
}

/**
 * Reads a JSON text from left to right without building its values. It accepts what `readJson` accepts, and reports
 * mistakes in the same words. The caller asks for the values in their order, and may step into objects and arrays.
 * `text` gives any part as `stringifyJson` of the parsed part would write it.
 */
export class JsonScanner {
  readonly #source: string;
  readonly #maxDepth: number;
  readonly #edits: JsonEdits;
  readonly #strings: StringScanner;
  readonly #names: MemberNames;
  /** The next unit to be read. */
  #at: number;
  /** How many objects and arrays are open. */
  #depth = 0;
  /** 1 for each open object. */
  readonly #isObject: Uint8Array;
  #deepest = 0;
  #deepestFilled = 0;

  constructor(text: string, { maxDepth, isSorted = false }: ScanOptions) {
    this.#source = text.toWellFormed();
    this.#maxDepth = maxDepth;
    this.#edits = new JsonEdits(this.#source);
    this.#strings = new StringScanner(this.#source, this.#edits);
    this.#names = new MemberNames(this.#source, this.#edits, maxDepth, isSorted);
    this.#isObject = new Uint8Array(maxDepth + 1);
    this.#at = this.#skip(0);
  }

  /** The index of the next value, or the end of the last one. */
  get at(): number {
    return this.#at;
  }

  /** The first character of the next value. */
  get next(): string {
    return this.#source.charAt(this.#at);
  }

  /** A part, as `stringifyJson` of the parsed part would write it. */
  text({ start, end }: Pick<JsonSpan, "start" | "end">): string {
    return this.#edits.text(start, end);
  }

  /** A part, as it is written in the source. */
  source({ start, end }: Pick<JsonSpan, "start" | "end">): string {
    return this.#source.slice(start, end);
  }

  /** Steps over a value. */
  value(): JsonSpan {
    const before = this.#startSpan();
    const start = this.#at;
    this.#at = this.#values(start);
    return this.#endSpan(start, before);
  }

  /**
   * Steps into an object. Calls `visit` for each member, which must step over the value. Pass `isWritten` false if
   * `text` will not be asked for the whole object.
   */
  object(visit: (name: string) => void, isWritten = true): JsonSpan {
    const before = this.#startSpan();
    const start = this.#at;
    let at = this.#open(start, true);
    if (this.#source.charCodeAt(at) !== closeBrace) {
      this.#fill();
      this.#names.open(this.#depth, start);
      for (let more = true; more; ) {
        this.#at = this.#member(at);
        visit(this.#names.last());
        at = this.#skip(this.#at);
        more = this.#hasMore(at, true);
        if (more) at = this.#afterComma(at, true);
      }
      if (isWritten) this.#names.close(this.#depth, at + 1);
      else this.#names.drop(this.#depth);
    }
    this.#depth--;
    this.#at = at + 1;
    return this.#endSpan(start, before);
  }

  /** As `object`, for the items of an array. */
  array(visit: () => void): JsonSpan {
    const before = this.#startSpan();
    const start = this.#at;
    let at = this.#open(start, false);
    if (this.#source.charCodeAt(at) !== closeBracket) {
      this.#fill();
      for (let more = true; more; ) {
        this.#at = at;
        visit();
        at = this.#skip(this.#at);
        more = this.#hasMore(at, false);
        if (more) at = this.#afterComma(at, false);
      }
    }
    this.#depth--;
    this.#at = at + 1;
    return this.#endSpan(start, before);
  }

  /** Throws if anything but whitespace follows. */
  end(): void {
    const at = this.#skip(this.#at);
    if (at < this.#source.length) this.#fail("Extra data", at);
  }

  #fail(problem: string, position: number): never {
    throw new JsonSyntaxError(problem, this.#source, position);
  }

  #startSpan(): readonly [deepest: number, deepestFilled: number] {
    const before = [this.#deepest, this.#deepestFilled] as const;
    this.#deepest = this.#depth;
    this.#deepestFilled = this.#depth;
    return before;
  }

  #endSpan(start: number, [deepest, deepestFilled]: readonly [number, number]): JsonSpan {
    const span = {
      start,
      end: this.#at,
      depth: this.#deepest - this.#depth,
      filled: this.#deepestFilled - this.#depth,
    };
    if (deepest > this.#deepest) this.#deepest = deepest;
    if (deepestFilled > this.#deepestFilled) this.#deepestFilled = deepestFilled;
    return span;
  }

  /**
   * Steps over the value that starts here, at any depth. It does not recurse, since deep values would overflow the
   * stack.
   */
  #values(start: number): number {
    const source = this.#source;
    const outer = this.#depth;
    let isObject = false;
    let at = start;
    for (;;) {
      const unit = source.charCodeAt(at);
      if (unit === quote) at = this.#strings.end(at);
      else if (unit === brace || unit === bracket) {
        const first = this.#open(at, unit === brace);
        if (source.charCodeAt(first) === (unit === brace ? closeBrace : closeBracket)) {
          this.#depth--;
          at = first + 1;
        } else {
          this.#fill();
          isObject = unit === brace;
          if (isObject) this.#names.open(this.#depth, at);
          at = isObject ? this.#member(first) : first;
          continue;
        }
      } else {
        const end = numberEnd(source, at);
        at = end > at ? end : this.#word(at);
      }
      // After a value: closes what ends here, until something else follows.
      for (;;) {
        if (this.#depth === outer) return at;
        at = this.#skip(at);
        if (this.#hasMore(at, isObject)) {
          at = this.#afterComma(at, isObject);
          if (isObject) at = this.#member(at);
          break;
        }
        at++;
        if (isObject) this.#names.close(this.#depth, at);
        isObject = this.#isObject[--this.#depth] === 1;
      }
    }
  }

  /** Steps over an opening bracket and the whitespace after it. */
  #open(start: number, isObject: boolean): number {
    if (this.#depth === this.#maxDepth) {
      this.#fail(`Nested deeper than ${this.#maxDepth} levels, which is the most`, start);
    }
    const depth = ++this.#depth;
    if (depth > this.#deepest) this.#deepest = depth;
    this.#isObject[depth] = isObject ? 1 : 0;
    return this.#skip(start + 1);
  }

  /** Notes that the open object or array holds a value. */
  #fill(): void {
    if (this.#depth > this.#deepestFilled) this.#deepestFilled = this.#depth;
  }

  /** True at a comma, false at the closing bracket. */
  #hasMore(at: number, isObject: boolean): boolean {
    const unit = this.#source.charCodeAt(at);
    if (unit === comma) return true;
    return unit === (isObject ? closeBrace : closeBracket) ? false : this.#fail("Expecting ',' delimiter", at);
  }

  #afterComma(at: number, isObject: boolean): number {
    const next = this.#skip(at + 1);
    if (this.#source.charCodeAt(next) === (isObject ? closeBrace : closeBracket)) {
      this.#fail(`Illegal trailing comma before end of ${isObject ? "object" : "array"}`, at);
    }
    return next;
  }

  /** Steps over whitespace, and removes it from the text. */
  #skip(start: number): number {
    const source = this.#source;
    if (source.charCodeAt(start) > space) return start;
    let end = start;
    while (isSpace(source.charCodeAt(end))) end++;
    if (end > start) this.#edits.add(start, end, edit.cut);
    return end;
  }

  /** Steps over a name, its colon and the whitespace after it. */
  #member(start: number): number {
    const source = this.#source;
    if (source.charCodeAt(start) !== quote) this.#fail("Expecting property name enclosed in double quotes", start);
    let at = this.#names.match(this.#depth, start);
    if (at < 0) {
      at = this.#strings.end(start);
      this.#names.add(this.#depth, start, at, this.#strings.lastEscaped === start);
    }
    at = this.#skip(at);
    if (source.charCodeAt(at) !== colon) this.#fail("Expecting ':' delimiter", at);
    return this.#skip(at + 1);
  }

  #word(start: number): number {
    const source = this.#source;
    const unit = source.charCodeAt(start);
    const word = unit === 0x74 ? "true" : unit === 0x66 ? "false" : unit === 0x6e ? "null" : "";
    if (word !== "" && source.startsWith(word, start)) return start + word.length;
    const name = unit === 0x4e ? "NaN" : unit === 0x49 ? "Infinity" : "-Infinity";
    if (!source.startsWith(name, start)) this.#fail("Expecting value", start);
    this.#edits.add(start, start + name.length, edit.quote);
    return start + name.length;
  }
}

function isSpace(unit: number): boolean {
  return unit === space || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** The JSON as `stringifyJson` writes it after `parseJson`. Throws JsonSyntaxError. */
export function normalJson(text: string, options: ScanOptions): string {
  const scanner = new JsonScanner(text, options);
  const value = scanner.value();
  scanner.end();
  return scanner.text(value);
}
