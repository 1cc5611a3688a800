import { Ints } from "./ints.ts";

/** What happens to a part of the source. */
export const edit = { cut: 0, quote: 1, recode: 2, replace: 3 } as const;

/**
 * The changes that make a JSON text what `stringifyJson` writes. They are kept as numbers, since a text of 4 MB may
 * need a million of them.
 */
export class JsonEdits {
  readonly #source: string;
  /** Start, end and kind of each edit, in order. */
  readonly #edits = new Ints();
  /** The objects whose members change places, in the order in which they end: see `reorderFields`. */
  readonly #reorders = new Ints();
  /** Start and end of the members of those objects, in their new order. */
  readonly #members = new Ints();
  /** By the start of the part that they replace. */
  readonly #replacements = new Map<number, string>();
  #writer = new Writer();

  constructor(source: string) {
    this.#source = source;
  }

  add(start: number, end: number, kind: number): void {
    const at = this.#edits.extend(3);
    const { items } = this.#edits;
    items[at] = start;
    items[at + 1] = end;
    items[at + 2] = kind;
  }

  /** Replaces a part by a text. */
  replace(start: number, end: number, text: string): void {
    this.add(start, end, edit.replace);
    this.#replacements.set(start, text);
  }

  /** How many objects have been reordered so far. */
  get reordered(): number {
    return this.#reorders.length / reorderFields;
  }

  /** `inner` is the value of `reordered` when the object started. `members` are starts and ends by turns. */
  reorder(start: number, end: number, inner: number, members: readonly number[]): void {
    this.#reorders.add([start, end, inner, this.#members.add(members), members.length]);
  }

  /** A part of the source, with its edits. */
  text(start: number, end: number): string {
    if (this.#edits.length === 0 && this.#reorders.length === 0) return this.#source.slice(start, end);
    this.#writer = new Writer();
    this.#write(start, end);
    return this.#writer.text();
  }

  // The recursion is no deeper than the JSON is nested.
  #write(start: number, end: number): void {
    let from = start;
    for (const reorder of this.#outermostReorders(start, end)) {
      const [at, inner] = [reorder * reorderFields, this.#reorders.at(reorder * reorderFields + 2)];
      this.#copy(from, this.#reorders.at(at));
      from = this.#reorders.at(at + 1);
      const first = this.#reorders.at(at + 3);
      const last = first + this.#reorders.at(at + 4);
      for (let member = first; member < last; member += 2) {
        this.#writer.add(member === first ? "{" : ",");
        const [memberStart, memberEnd] = [this.#members.at(member), this.#members.at(member + 1)];
        if (inner === reorder) this.#copy(memberStart, memberEnd);
        else this.#write(memberStart, memberEnd);
      }
      this.#writer.add("}");
    }
    this.#copy(from, end);
  }

  /** The reorders in this part that are inside no other reorder of it. */
  #outermostReorders(start: number, end: number): readonly number[] {
    const found: number[] = [];
    let reorder = firstFrom(this.#reorders, reorderFields, 1, end + 1) / reorderFields - 1;
    while (reorder >= 0 && this.#reorders.at(reorder * reorderFields) >= start) {
      found.push(reorder);
      reorder = this.#reorders.at(reorder * reorderFields + 2) - 1;
    }
    return found.reverse();
  }

  #copy(start: number, end: number): void {
    const source = this.#source;
    if (this.#edits.length === 0) {
      this.#writer.add(source.slice(start, end));
      return;
    }
    const { items, length } = this.#edits;
    let chunk = "";
    let from = start;
    for (let i = firstFrom(this.#edits, 3, 0, start); i < length; i += 3) {
      const editStart = items[i] as number; // within the length
      if (editStart >= end) break;
      if (editStart > from) chunk += source.slice(from, editStart);
      from = items[i + 1] as number;
      const kind = items[i + 2];
      if (kind === edit.quote) chunk += quoted[from - editStart];
      else if (kind === edit.recode) chunk += recode(source.slice(editStart, from));
      else if (kind === edit.replace) chunk += this.#replacements.get(editStart) ?? "";
      if (chunk.length > chunkLength) {
        this.#writer.add(chunk);
        chunk = "";
      }
    }
    this.#writer.add(from < end ? chunk + source.slice(from, end) : chunk);
  }
}

/** By their lengths. */
const quoted: Readonly<Record<number, string>> = { 3: '"NaN"', 8: '"Infinity"', 9: '"-Infinity"' };

/** Start, end, the number of reorders before its start, the index of its members, and how many numbers those are. */
const reorderFields = 5;

/** The index of the first record whose field is not less than the value. The field grows from record to record. */
function firstFrom({ items, length }: Ints, fields: number, field: number, value: number): number {
  let low = 0;
  let high = length / fields;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle * fields + field] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low * fields;
}

const chunkLength = 8192;

/**
 * Joins many parts into one text. Engines build ropes of parts, and long ropes take ten times the memory of their text.
 */
class Writer {
  #whole = "";
  #chunk = "";

  add(part: string): void {
    this.#chunk += part;
    if (this.#chunk.length < chunkLength) return;
    this.#chunk.charCodeAt(0); // makes the engine flatten the rope
    this.#whole += this.#chunk;
    this.#chunk = "";
  }

  text(): string {
    return this.#whole + this.#chunk;
  }
}

const slash = 0x2f;
const letterU = 0x75;

/** A valid string token, as JSON.stringify would write it. */
function recode(token: string): string {
  return (token.length < 64 ? recodeShort(token) : undefined) ?? JSON.stringify(JSON.parse(token).toWellFormed());
}

/**
 * As `recode`, in a quarter of the time. Undefined if an escape stands for a character that is escaped again, or for a
 * surrogate.
 */
function recodeShort(token: string): string | undefined {
  let text = "";
  let from = 0;
  for (let at = token.indexOf("\\"); at !== -1; ) {
    let next = at + 2;
    const escaped = token.charCodeAt(at + 1);
    if (escaped === slash) {
      text += token.slice(from, at);
      from = at + 1;
    } else if (escaped === letterU) {
      next = at + 6;
      let unit = 0;
      for (let i = at + 2; i < next; i++) unit = 16 * unit + hexDigit(token.charCodeAt(i));
      if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000)) return undefined;
      text += token.slice(from, at) + String.fromCharCode(unit);
      from = next;
    }
    at = token.indexOf("\\", next);
  }
  return text + token.slice(from);
}

function hexDigit(unit: number): number {
  return (unit & 0xf) + 9 * (unit >> 6);
}
