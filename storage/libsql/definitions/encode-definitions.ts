import { createHash } from "node:crypto";
import { compareAssetKeys } from "../../../core/asset-key.ts";
import { countSubjects, type Definition } from "../../../core/definitions/definition.ts";
import { formatDefinition, partsOf } from "../../definition-changes.ts";
import type { DefinitionName } from "../../definition-store.ts";
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

/** Encodes definitions in their order, in bounded steps. Of two with one name the last counts. */
export async function encodeDefinitions(definitions: readonly Definition[]): Promise<EncodedDefinitions> {
  const byName = new Map<string, Definition>();
  for (const definition of definitions) {
    byName.set(`${kindOf(definition)}${encodeKey(partsOf(definition))}`, definition);
  }
  const sorted = [...byName.values()].sort((a, b) => compareAssetKeys(partsOf(a), partsOf(b)) || kindOf(a) - kindOf(b));
  const chunks: ArrayBuffer[] = [];
  let texts: string[] = [];
  let characters = 0;
  let last: string | undefined;
  const endChunk = () => {
    if (texts.length > 0) chunks.push(bytesOf(`[${texts.join(",")}]`));
    [texts, characters] = [[], 0];
  };
  for (const definition of sorted) {
    const encoded = encodeDefinition(definition);
    const text = JSON.stringify(encoded);
    const isFull = texts.length >= definitionsPerStep || characters + text.length > charactersPerStep;
    // A key and the same prefix stay together: what a source no longer defines is looked for between chunks by name.
    if (isFull && encoded[0] !== last) {
      endChunk();
      await nextTurn();
    }
    texts.push(text);
    characters += text.length;
    last = encoded[0];
  }
  endChunk();
  return chunks;
}

export function decodeChunk(chunk: ArrayBuffer): readonly EncodedDefinition[] {
  return JSON.parse(new TextDecoder().decode(chunk)) as EncodedDefinition[]; // what encodeDefinitions wrote
}

function encodeDefinition(definition: Definition): EncodedDefinition {
  const content = formatDefinition(wellFormed(definition));
  const fingerprint = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  const hasPolicy = definition.freshness !== null;
  const name = encodeKey(partsOf(definition));
  return [name, kindOf(definition), countSubjects(definition), hasPolicy, fingerprint, content];
}

/** As the keys of events are kept. */
function wellFormed(definition: Definition): Definition {
  const parts = partsOf(definition).map((part) => part.toWellFormed());
  return definition.key === undefined ? { ...definition, prefix: parts } : { ...definition, key: parts };
}

function bytesOf(text: string): ArrayBuffer {
  const { buffer, byteLength } = new TextEncoder().encode(text);
  return buffer.byteLength === byteLength ? buffer : buffer.slice(0, byteLength);
}

/** Lets other work of the thread run. Some Worker runtimes have no setImmediate. */
export function nextTurn(): Promise<void> {
  return globalThis.setImmediate === undefined
    ? Promise.resolve()
    : new Promise((resolve) => void setImmediate(resolve));
}
