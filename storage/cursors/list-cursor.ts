import { EventLogError } from "../event-log-error.ts";
import { cursorMark, type Marked } from "./cursor-mark.ts";

/** The position of the last item that a page of a list examined: the parts of a key; a partition; a check and its partition. */
export type ListPosition = readonly (string | null)[];

/**
 * A cursor of a list that is ordered by position. `marked` identifies the list: its name, and its key or filter.
 *
 * @example
 * const cursor = formatListCursor(["2026-11-30"], ["partitions", "orders"]);
 * console.log(parseListCursor(cursor, ["partitions", "orders"])); // [ '2026-11-30' ]
 */
export function formatListCursor(position: ListPosition, marked: Marked): string {
  return `${encode(position)}-${cursorMark(marked)}`;
}

/**
 * The position in a cursor, or undefined without one. Throws EventLogError `bad_cursor`.
 *
 * @example
 * console.log(parseListCursor(undefined, ["assets"])); // undefined
 */
export function parseListCursor(cursor: string | undefined, marked: Marked): ListPosition | undefined {
  if (cursor === undefined) return undefined;
  const [, encoded = "", found] = /^(.*)-([\da-z]+)$/.exec(cursor) ?? [];
  const position = decode(encoded);
  if (position === undefined || encode(position) !== encoded) {
    throw new EventLogError("bad_cursor", `The cursor is not one that a page gave: ${JSON.stringify(cursor)}.`);
  }
  if (found !== cursorMark(marked)) {
    throw new EventLogError(
      "bad_cursor",
      "The cursor belongs to another list, or to one with other filters. Repeat those, or leave the cursor out.",
    );
  }
  return position;
}

/** Base64url of JSON. JSON escapes lone surrogates, which UTF-8 can't encode, so every string comes back as it was. */
function encode(position: ListPosition): string {
  const bytes = new TextEncoder().encode(JSON.stringify(position));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(encoded: string): ListPosition | undefined {
  try {
    const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const position: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isPosition(position) ? position : undefined;
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is ListPosition {
  return Array.isArray(value) && value.every((part) => part === null || typeof part === "string");
}
