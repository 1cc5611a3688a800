import type { ListRequest } from "../../storage/event-log.ts";

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

type ReadPage<Item> = (page: ListRequest) => Promise<Page<Item>>;

export interface Walk {
  /** The most items of one page. */
  readonly pageSize: number;
  readonly signal: AbortSignal | undefined;
}

export interface Bounds {
  /** A whole number from 1, or Infinity. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Reads items up to the limit or the end. A single page may be short, because it examines a bounded number of rows. */
export async function readItems<Item>(read: ReadPage<Item>, bounds: Bounds, walk: Walk): Promise<Page<Item>> {
  const { limit } = bounds;
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new RangeError(`The limit must be a whole number from 1. Got ${limit}.`);
  }
  const items: Item[] = [];
  let cursor = bounds.cursor;
  for (;;) {
    walk.signal?.throwIfAborted();
    const page = await read({ limit: Math.min(limit - items.length, walk.pageSize), cursor });
    for (const item of page.items) items.push(item);
    if (!page.hasMore || page.cursor === null || items.length >= limit) {
      return { items, cursor: page.cursor, hasMore: page.hasMore };
    }
    cursor = page.cursor;
  }
}

/** Iterates over all items, with one page in memory at a time. */
export async function* eachItem<Item>(read: ReadPage<Item>, walk: Walk): AsyncGenerator<Item> {
  let cursor: string | undefined;
  for (;;) {
    walk.signal?.throwIfAborted();
    const page = await read({ limit: walk.pageSize, cursor });
    yield* page.items;
    if (!page.hasMore || page.cursor === null) return;
    cursor = page.cursor;
  }
}
