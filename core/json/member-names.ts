import { Ints } from "./ints.ts";
import type { JsonEdits } from "./json-edits.ts";

const zero = 0x30;
const nine = 0x39;

/** The names of an object, kept for the next object at the same depth, which mostly has the same names. */
class Shape {
  /** Starts and ends of the names in the source. */
  readonly spans = new Ints();
  /** The result of `memberOrder`. */
  order: readonly number[] | undefined;
}

/**
 * Finds the objects whose members must change places: those that repeat a name, or have integer-like names that do not
 * come first in ascending order, or (sorted) any whose names do not ascend. A name is stored as its place in the
 * source, with its quotes. Most names are only compared with those of the previous object.
 */
export class MemberNames {
  readonly #source: string;
  readonly #edits: JsonEdits;
  readonly #isSorted: boolean;
  /** Starts and ends of the names of all open objects. */
  readonly #open = new Ints();
  // By depth, of each open object: where it starts, its first place in `#open`, how many objects inside it were
  // reordered before it, how many of its names are those of the shape (-1 once one was not), and whether one has escapes.
  readonly #starts: Int32Array;
  readonly #bases: Int32Array;
  readonly #reordered: Int32Array;
  readonly #matched: Int32Array;
  readonly #escaped: Uint8Array;
  readonly #shapes: Shape[];

  constructor(source: string, edits: JsonEdits, maxDepth: number, isSorted: boolean) {
    this.#source = source;
    this.#edits = edits;
    this.#isSorted = isSorted;
    this.#starts = new Int32Array(maxDepth + 1);
    this.#bases = new Int32Array(maxDepth + 1);
    this.#reordered = new Int32Array(maxDepth + 1);
    this.#matched = new Int32Array(maxDepth + 1);
    this.#escaped = new Uint8Array(maxDepth + 1);
    this.#shapes = [];
  }

  open(depth: number, start: number): void {
    this.#starts[depth] = start;
    this.#bases[depth] = this.#open.length;
    this.#reordered[depth] = this.#edits.reordered;
    this.#matched[depth] = 0;
    this.#escaped[depth] = 0;
  }

  /** The end of the name that starts here, if the previous object has it at the same place. Else -1. */
  match(depth: number, start: number): number {
    const index = this.#matched[depth] as number; // there is one for each depth
    if (index < 0) return -1;
    const spans = this.#shapes[depth]?.spans;
    if (spans !== undefined && 2 * index < spans.length) {
      const from = spans.at(2 * index);
      const length = spans.at(2 * index + 1) - from;
      if (isSame(this.#source, from, start, length)) {
        this.#matched[depth] = index + 1;
        this.#push(start, start + length);
        return start + length;
      }
    }
    this.#matched[depth] = -1;
    return -1;
  }

  add(depth: number, start: number, end: number, isEscaped: boolean): void {
    if (isEscaped) this.#escaped[depth] = 1;
    this.#push(start, end);
  }

  /** The last name, decoded. */
  last(): string {
    const { length } = this.#open;
    return this.#decode(this.#open.at(length - 2), this.#open.at(length - 1));
  }

  /** `end` is where the object ends. */
  close(depth: number, end: number): void {
    const base = this.#bases[depth] as number; // there is one for each depth
    const size = this.#open.length - base;
    if (size > 2) {
      const shape = this.#shapes[depth];
      const isKnown = 2 * (this.#matched[depth] as number) === size;
      const order =
        isKnown && shape !== undefined && (shape.order === undefined || shape.spans.length === size)
          ? shape.order
          : this.#learn(depth, base);
      if (order !== undefined) {
        const start = this.#starts[depth] as number;
        this.#edits.reorder(start, end, this.#reordered[depth] as number, this.#membersIn(order, base, end));
      }
    }
    this.#open.length = base;
  }

  /** As `close`, for an object whose order does not matter. */
  drop(depth: number): void {
    this.#open.length = this.#bases[depth] as number; // there is one for each depth
  }

  #push(start: number, end: number): void {
    const at = this.#open.extend(2);
    this.#open.items[at] = start;
    this.#open.items[at + 1] = end;
  }

  #learn(depth: number, base: number): readonly number[] | undefined {
    const names = this.#open.items.subarray(base, this.#open.length);
    let shape = this.#shapes[depth];
    if (shape === undefined) {
      shape = new Shape();
      this.#shapes[depth] = shape;
    }
    shape.spans.length = 0;
    // Names with escapes look different and may be the same, so they are not compared as they are written.
    const isEscaped = this.#escaped[depth] === 1;
    if (!isEscaped) shape.spans.add(names);
    const order =
      !isEscaped && this.#isInOrder(names) ? undefined : memberOrder(this.#decodeAll(names), this.#isSorted);
    shape.order = order;
    return order;
  }

  /** True if a quick check shows that the names are in order. False if they need a closer look. */
  #isInOrder(names: Int32Array): boolean {
    const source = this.#source;
    for (let i = 0; i < names.length; i += 2) {
      const first = source.charCodeAt((names[i] as number) + 1); // within its length
      if (first >= zero && first <= nine) return false;
    }
    if (this.#ascend(names)) return true;
    return !this.#isSorted && names.length <= 16 && !this.#haveTwins(names);
  }

  #ascend(names: Int32Array): boolean {
    for (let i = 2; i < names.length; i += 2) {
      if (!this.#isLess(names[i - 2] as number, names[i] as number)) return false; // within its length
    }
    return true;
  }

  /** Both are names without escapes, and start at their quote. */
  #isLess(a: number, b: number): boolean {
    const source = this.#source;
    for (let i = 1; ; i++) {
      const left = source.charCodeAt(a + i);
      const right = source.charCodeAt(b + i);
      if (left === right && left !== quote) continue;
      return right !== quote && (left === quote || left < right);
    }
  }

  #haveTwins(names: Int32Array): boolean {
    for (let i = 2; i < names.length; i += 2) {
      const start = names[i] as number; // within its length
      const length = (names[i + 1] as number) - start;
      for (let j = 0; j < i; j += 2) {
        const other = names[j] as number;
        if ((names[j + 1] as number) - other === length && isSame(this.#source, other, start, length)) return true;
      }
    }
    return false;
  }

  #decodeAll(names: Int32Array): readonly string[] {
    const decoded: string[] = [];
    for (let i = 0; i < names.length; i += 2) decoded.push(this.#decode(names[i] as number, names[i + 1] as number));
    return decoded;
  }

  #decode(start: number, end: number): string {
    const name = this.#source.slice(start + 1, end - 1);
    if (!name.includes("\\")) return name;
    const decoded: string = JSON.parse(`"${name}"`);
    return decoded.toWellFormed();
  }

  /** Starts and ends of the members of the object, in that order. Members that stay side by side are one part. */
  #membersIn(order: readonly number[], base: number, end: number): readonly number[] {
    const members: number[] = [];
    const count = (this.#open.length - base) / 2;
    for (const member of order) {
      const start = this.#open.at(base + 2 * member);
      const next = member + 1 < count ? this.#open.at(base + 2 * member + 2) : end;
      // Goes back over the comma or bracket after the member, and over whitespace.
      const memberEnd = this.#trimmed(this.#trimmed(next) - 1);
      // Neighbours that stay neighbours are one part.
      if (start === (members.at(-1) ?? end) + 1) members[members.length - 1] = memberEnd;
      else members.push(start, memberEnd);
    }
    return members;
  }

  #trimmed(end: number): number {
    let at = end;
    while (this.#source.charCodeAt(at - 1) <= 0x20) at--;
    return at;
  }
}

const quote = 0x22;

/** The first unit is the same already. */
function isSame(source: string, a: number, b: number, length: number): boolean {
  let i = 1;
  while (i < length && source.charCodeAt(a + i) === source.charCodeAt(b + i)) i++;
  return i === length;
}

/**
 * The order in which JavaScript lists an object's members: integer-like names first, ascending, then the others as they
 * first came (or sorted, as `<` does). A repeated name has its last value, at the place of the first. Returns the
 * members' indexes, or undefined if all stay in their places.
 */
function memberOrder(names: readonly string[], isSorted: boolean): readonly number[] | undefined {
  const last = new Map<string, number>();
  for (let i = 0; i < names.length; i++) last.set(names[i] as string, i); // within its length
  const indexes: string[] = [];
  const others: string[] = [];
  for (const name of last.keys()) (isArrayIndex(name) ? indexes : others).push(name);
  if (indexes.length > 1) indexes.sort((a, b) => Number(a) - Number(b));
  if (isSorted) others.sort();
  const order: number[] = [];
  for (const list of [indexes, others]) for (const name of list) order.push(last.get(name) as number); // its own keys
  return order.length === names.length && order.every((member, index) => member === index) ? undefined : order;
}

function isArrayIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}
