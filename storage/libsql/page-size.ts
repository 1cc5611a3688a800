import { sql } from "drizzle-orm";
import { event } from "./schema.ts";

/** What a page's events hold together at most, in bytes, unless its first alone holds more. */
const bytesPerPage = 8 << 20;

/** How much an event holds, near enough. SQLite knows without reading all of it. */
export const eventSize = sql<number>`octet_length(${event.details})`;

export interface Sized {
  readonly size: number;
}

/** How many of the first of these fit into a page; at least one. */
export function countFitting(sized: readonly Sized[]): number {
  let bytes = 0;
  const tooMany = sized.findIndex(({ size }, i) => {
    bytes += size;
    return i > 0 && bytes > bytesPerPage;
  });
  return tooMany === -1 ? sized.length : tooMany;
}
