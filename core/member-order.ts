/**
 * The order in which JavaScript lists an object's members: integer-like names first, ascending, then the others as they
 * first came (or sorted, as `<` does). Of a repeated name the last value counts, at the first one's place. Answers the
 * members' indexes, or undefined where all stay where they are.
 */
export function memberOrder(names: readonly string[], isSorted: boolean): readonly number[] | undefined {
  const last = new Map<string, number>();
  for (let i = 0; i < names.length; i++) last.set(names[i] as string, i); // within its length
  const indexes: string[] = [];
  const others: string[] = [];
  for (const name of last.keys()) (isArrayIndex(name) ? indexes : others).push(name);
  if (indexes.length > 1) indexes.sort((a, b) => Number(a) - Number(b));
  if (isSorted) others.sort();
  const order: number[] = [];
  for (const list of [indexes, others]) for (const name of list) order.push(last.get(name) as number); // its own keys
  return order.length === names.length && order.every((member, place) => member === place) ? undefined : order;
}

function isArrayIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}
