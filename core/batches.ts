/** The items in their order, at most `size` of them in each batch. */
export function batchesOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const batches: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += size) batches.push(items.slice(from, from + size));
  return batches;
}

/**
 * What `work` answers for the batches, one batch after the other, in one list. It bounds how much one read of a store
 * looks up, and how many requests wait at once.
 */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (batch: readonly Item[]) => Promise<Iterable<Result>>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const batch of batchesOf(items, size)) {
    for (const result of await work(batch)) results.push(result);
  }
  return results;
}
