import { compareCodePoints } from "../../core/asset-key.ts";
import type { Marked } from "../cursors/cursor-mark.ts";
import { formatListCursor, type ListPosition, parseListCursor } from "../cursors/list-cursor.ts";
import type { ListRequest } from "../event-log.ts";

interface List<Item> {
  readonly items: readonly Item[];
  /** The position by which the list is ordered. */
  readonly positionOf: (item: Item) => ListPosition;
  /** Identifies the list that its cursors belong to: its name, and its key or filter. */
  readonly marked: Marked;
}

export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/**
 * The page of a list after the request's cursor. Throws EventLogError `bad_cursor`.
 *
 * @example
 * const list = { items: ["b", "a", "c"], positionOf: (name: string) => [name], marked: ["names"] };
 * console.log(listPage(list, { limit: 2 }).items); // [ 'a', 'b' ]
 */
export function listPage<Item>({ items, positionOf, marked }: List<Item>, request: ListRequest): ListPage<Item> {
  const from = parseListCursor(request.cursor, marked);
  const ahead = items
    .filter((item) => from === undefined || comparePositions(positionOf(item), from) > 0)
    .sort((a, b) => comparePositions(positionOf(a), positionOf(b)));
  const found = ahead.slice(0, request.limit);
  const last = found.at(-1);
  const position = last === undefined ? from : positionOf(last);
  return {
    items: found,
    cursor: position === undefined ? null : formatListCursor(position, marked),
    hasMore: ahead.length > found.length,
  };
}

/** The position of what is listed newest first: the digits of the distance to the greatest id. */
export function newestFirst({ id }: { readonly id: number }): ListPosition {
  return [String(Number.MAX_SAFE_INTEGER - id).padStart(16, "0")];
}

/** Compares part by part, each by code point. Null comes before any text. For keys, this is the order of `compareAssetKeys`. */
export function comparePositions(a: ListPosition, b: ListPosition): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    const order = compareNullable(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareNullable(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareCodePoints(a, b);
}
