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

/** 0 for the definition of a key, 1 for that of a prefix: a key sorts before the same prefix. */
export type DefinitionKind = 0 | 1;

/** Definitions that can cross threads: bytes of JSON arrays of EncodedDefinitions, ordered by name and kind. */
export type EncodedDefinitions = readonly ArrayBuffer[];

/** How many definitions, and characters of their JSON, one step compares or writes: reports wait for as long. */
export const definitionsPerStep = 500;
export const charactersPerStep = 500_000;

export const kindOf = ({ key }: DefinitionName): DefinitionKind => (key === undefined ? 1 : 0);

interface Encoded {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** The EncodedDefinition as JSON. */
  readonly text: string;
}

/** How many definitions are encoded before other work of the thread has its turn. */
const encodedAtOnce = 200;

/** Encodes definitions, in bounded steps. Of two with one name the last counts. */
export async function encodeDefinitions(definitions: Definitions): Promise<EncodedDefinitions> {
  const byName = new Map<string, Encoded>();
  let count = 0;
  for await (const definition of definitions) {
    const encoded = encodeDefinition(definition);
    const [name, kind] = encoded;
    byName.set(`${kind}${name}`, { name, kind, text: JSON.stringify(encoded) });
    if (++count % encodedAtOnce === 0) await nextTurn();
  }
  // Encoded names sort as their keys do.
  const sorted = [...byName.values()].sort((a, b) => compareCodePoints(a.name, b.name) || a.kind - b.kind);
  return inChunks(sorted);
}

function inChunks(sorted: readonly Encoded[]): EncodedDefinitions {
  const chunks: ArrayBuffer[] = [];
  let texts: string[] = [];
  let characters = 0;
  let last: string | undefined;
  for (const { name, text } of sorted) {
    const isFull = texts.length >= definitionsPerStep || characters + text.length > charactersPerStep;
    // A key and the same prefix stay together: what a source no longer defines is looked for between chunks by name.
    if (isFull && texts.length > 0 && name !== last) {
      chunks.push(bytesOf(texts));
      [texts, characters] = [[], 0];
    }
    texts.push(text);
    characters += text.length;
    last = name;
  }
  if (texts.length > 0) chunks.push(bytesOf(texts));
  return chunks;
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

function bytesOf(texts: readonly string[]): ArrayBuffer {
  const { buffer, byteLength } = new TextEncoder().encode(`[${texts.join(",")}]`);
  return buffer.byteLength === byteLength ? buffer : buffer.slice(0, byteLength);
}
