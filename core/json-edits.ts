import { Ints } from "./ints.ts";

/** What becomes of a part of the source. */
export const edit = { cut: 0, quote: 1, recode: 2 } as const;

/**
 * What has to change in a JSON text for it to be as `stringifyJson` writes it. Kept as numbers, since a text of 4 MB may
 * need a million changes.
 */
export class JsonEdits {
  readonly #source: string;
  /** Start, end and kind of each edit, in order. */
  readonly #edits = new Ints();
  /** Of each object whose members change places: see `reorderFields`. In the order in which objects end. */
  readonly #reorders = new Ints();
  /** Start and end of the members of those objects, in the order in which they are written. */
  readonly #members = new Ints();
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

  /** How many objects were reordered so far. */
  get reordered(): number {
    return this.#reorders.length / reorderFields;
  }

  /** `inner` is what `reordered` was when the object started; `members` are starts and ends, one after the other. */
  reorder(start: number, end: number, inner: number, members: readonly number[]): void {
    this.#reorders.add([start, end, inner, this.#members.add(members), members.length]);
  }

  /** The part of the source, with its edits. */
  text(start: number, end: number): string {
    if (this.#edits.length === 0 && this.#reorders.length === 0) return this.#source.slice(start, end);
    this.#writer = new Writer();
    this.#write(start, end);
    return this.#writer.text();
  }

  // Recursion is no deeper than the JSON is nested.
  #write(start: number, end: number): void {
    let from = start;
    for (const reorder of this.#outermostReorders(start, end)) {
      const [reorderStart = 0, reorderEnd = 0, , first = 0, count = 0] = this.#reorders.items.subarray(reorder);
      this.#copy(from, reorderStart);
      this.#writer.add("{");
      for (let i = first; i < first + count; i += 2) {
        if (i > first) this.#writer.add(",");
        this.#write(this.#members.at(i), this.#members.at(i + 1));
      }
      this.#writer.add("}");
      from = reorderEnd;
    }
    this.#copy(from, end);
  }

  /** Where the reorders stand that are in this part and in no other reorder there. */
  #outermostReorders(start: number, end: number): readonly number[] {
    const found: number[] = [];
    let at = firstFrom(this.#reorders, reorderFields, 1, end + 1) - reorderFields;
    while (at >= 0 && this.#reorders.at(at) >= start) {
      found.push(at);
      at = (this.#reorders.at(at + 2) - 1) * reorderFields;
    }
    return found.reverse();
  }

  #copy(start: number, end: number): void {
    const source = this.#source;
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

/** Start, end, how many reorders came before it started, where its members stand, how many numbers those are. */
const reorderFields = 5;

/** Where the first record stands whose field is not less than the value; the field grows from record to record. */
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

/** Puts a text together from many parts. Engines make ropes of them, which cost ten times the text where they grow long. */
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

/** A string token as JSON.stringify would write it. */
function recode(token: string): string {
  const text: string = JSON.parse(token);
  return JSON.stringify(text.toWellFormed());
}
