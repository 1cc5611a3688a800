import { createHash } from "node:crypto";
import { compareCodePoints } from "../../../core/asset-key.ts";
import { countSubjects, type Definition } from "../../../core/definitions/definition.ts";
import { formatDefinition, partsOf, wellFormedDefinition } from "../../definitions/definition-changes.ts";
import type { DefinitionName, Definitions } from "../../definitions/definition-store.ts";
import { nextTurn } from "../../next-turn.ts";
import { encodeKey } from "../write/sortable-text.ts";

/** A definition as it is written: encoded name, kind, subjects, whether it has a policy, fingerprint, JSON. */
export type EncodedDefinition = readonly [
  name: string,
  kind: DefinitionKind,
  subjects: number,
  hasPolicy: boolean,
  fingerprint: string,
  content: string,
];

/** 0 for the definition of a key, 1 for that of a prefix, so that a key sorts before the same prefix. */
export type DefinitionKind = 0 | 1;

/** Definitions that can cross threads: bytes of JSON arrays of EncodedDefinitions, ordered by name and kind. */
export type EncodedDefinitions = readonly ArrayBuffer[];

/** How many definitions, and characters of their JSON, one step compares or writes. Reports wait for a step. */
export const definitionsPerStep = 500;
const charactersPerStep = 500_000;

export const kindOf = ({ key }: DefinitionName): DefinitionKind => (key === undefined ? 1 : 0);

/** Where a text is kept: a view of each would take as much memory as the text. */
interface TextPlace {
  readonly block: number;
  readonly start: number;
  readonly end: number;
}

/** Where the EncodedDefinition is, as JSON. */
interface Encoded extends TextPlace {
  readonly name: string;
  readonly kind: DefinitionKind;
}

/** How many definitions are encoded before the thread does other work. */
const encodedAtOnce = 200;

/** Encodes definitions, in bounded steps. Of two with one name the last counts. */
export async function encodeDefinitions(definitions: Definitions): Promise<EncodedDefinitions> {
  const byName = new Map<string, Encoded>();
  const texts = new TextBlocks();
  let count = 0;
  for await (const definition of definitions) {
    const encoded = encodeDefinition(definition);
    const [name, kind] = encoded;
    byName.set(`${kind}${name}`, { name, kind, ...texts.add(JSON.stringify(encoded)) });
    if (++count % encodedAtOnce === 0) await nextTurn();
  }
  // Encoded names sort as their keys do.
  const sorted = [...byName.values()].sort((a, b) => compareCodePoints(a.name, b.name) || a.kind - b.kind);
  return inChunks(sorted, texts);
}

/** Keeps texts as bytes: a hundred thousand strings would let the heap grow to three times their size. */
class TextBlocks {
  readonly #encoder = new TextEncoder();
  readonly #blocks: Uint8Array[] = [];
  #used = 0;

  add(text: string): TextPlace {
    const most = text.length * 3;
    const last = this.#blocks.at(-1);
    const block = last !== undefined && last.length - this.#used >= most ? last : this.#addBlock(most);
    const start = this.#used;
    this.#used += this.#encoder.encodeInto(text, block.subarray(start)).written;
    return { block: this.#blocks.length - 1, start, end: this.#used };
  }

  #addBlock(least: number): Uint8Array {
    const block = new Uint8Array(Math.max(least, blockBytes));
    this.#blocks.push(block);
    this.#used = 0;
    return block;
  }

  bytes({ block, start, end }: TextPlace): Uint8Array {
    return this.#blocks[block]?.subarray(start, end) ?? new Uint8Array(0); // a place that add returned has a block
  }
}

const blockBytes = 1_000_000;

function inChunks(sorted: readonly Encoded[], texts: TextBlocks): EncodedDefinitions {
  // A key and the same prefix stay together, since definitions to remove are searched for between chunks by name.
  const steps = inSteps(sorted, sizeOf, (row, last) => row.name === last.name);
  return steps.map((rows) => arrayOf(rows, texts));
}

const sizeOf = ({ start, end }: TextPlace) => end - start;

/**
 * Definitions in their order, as many together as one step takes. One that belongs to the last one stays with it. `sizeOf`
 * is in characters, or in bytes, of which there are no fewer.
 */
export function inSteps<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  belongsTo: (item: Item, last: Item) => boolean = () => false,
): readonly (readonly Item[])[] {
  const steps: Item[][] = [];
  let total = 0;
  for (const item of items) {
    const [step, size] = [steps.at(-1), sizeOf(item)];
    const last = step?.at(-1);
    const fits = step !== undefined && step.length < definitionsPerStep && total + size <= charactersPerStep;
    if (step !== undefined && last !== undefined && (fits || belongsTo(item, last))) {
      step.push(item);
      total += size;
    } else {
      steps.push([item]);
      total = size;
    }
  }
  return steps;
}

/** The rows as a JSON array. */
function arrayOf(rows: readonly TextPlace[], texts: TextBlocks): ArrayBuffer {
  const size = rows.reduce((sum, row) => sum + sizeOf(row), 0);
  const chunk = new Uint8Array(size + rows.length + 1);
  let at = 0;
  for (const row of rows) {
    chunk[at] = (at === 0 ? "[" : ",").charCodeAt(0);
    chunk.set(texts.bytes(row), at + 1);
    at += 1 + sizeOf(row);
  }
  chunk[at] = "]".charCodeAt(0);
  return chunk.buffer;
}

export function decodeChunk(chunk: ArrayBuffer): readonly EncodedDefinition[] {
  return JSON.parse(new TextDecoder().decode(chunk)) as EncodedDefinition[]; // what encodeDefinitions wrote
}

function encodeDefinition(definition: Definition): EncodedDefinition {
  const content = formatDefinition(wellFormedDefinition(definition));
  const fingerprint = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  const hasPolicy = definition.freshness !== null;
  const name = encodeKey(partsOf(definition));
  return [name, kindOf(definition), countSubjects(definition), hasPolicy, fingerprint, content];
}
