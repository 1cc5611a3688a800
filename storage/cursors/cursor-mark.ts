import { type JsonValue, stringifyJson } from "../../core/index.ts";

/** The query that a cursor belongs to: the values of its filter, in a fixed order. */
export type Marked = readonly (JsonValue | undefined)[];

/** FNV-1a of the JSON of these values. It detects mistakes, and protects nothing. */
export function cursorMark(marked: Marked): string {
  const text = stringifyJson(marked.map((part) => part ?? null));
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
