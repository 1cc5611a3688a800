import type { EventFilter, PageRequest } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { cursorMark } from "./cursor-mark.ts";

/**
 * The cursor after an event: its id, and a hash of the filter and order that the cursor belongs to. `id` is that of the
 * last event that the page examined. Ids are never used again, so a cursor stays valid while events arrive.
 *
 * @example
 * const page: PageRequest = { order: "asc", limit: 10 };
 * const cursor = formatCursor(42, { assetKey: ["orders"] }, page);
 * console.log(parseCursor({ assetKey: ["orders"] }, { ...page, cursor })); // 42
 */
export function formatCursor(id: number, filter: EventFilter, page: PageRequest): string {
  return `${id}-${mark(filter, page)}`;
}

/**
 * The id in `page.cursor`, or undefined without one. Throws EventLogError `bad_cursor`.
 *
 * @example
 * console.log(parseCursor({}, { order: "desc", limit: 10 })); // undefined
 */
export function parseCursor(filter: EventFilter, page: PageRequest): number | undefined {
  if (page.cursor === undefined) return undefined;
  const [, id, found] = /^(\d{1,16})-([\da-z]+)$/.exec(page.cursor) ?? [];
  if (id === undefined) {
    throw new EventLogError("bad_cursor", `The cursor is not one that a page gave: ${JSON.stringify(page.cursor)}.`);
  }
  if (found !== mark(filter, page)) {
    throw new EventLogError(
      "bad_cursor",
      "The cursor belongs to a page with other filters or another order. Repeat those, or leave the cursor out.",
    );
  }
  return Number(id);
}

function mark(filter: EventFilter, page: PageRequest): string {
  const parts = [filter.assetKey, filter.prefix, filter.type, filter.partition, filter.checkName];
  return cursorMark([...parts, filter.since, filter.until, filter.after, filter.before, page.order]);
}
