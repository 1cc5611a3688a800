/**
 * The items of a source, which is read ahead by as many as `most`: it does not wait for whoever takes them. An error of
 * the source comes after the items before it.
 */
export async function* readAhead<Item>(source: AsyncIterable<Item>, most: number): AsyncGenerator<Item> {
  const items: Item[] = [];
  let end: (() => void) | undefined;
  // Only one side waits at a time: the reader while it is full, the taker while it is empty.
  let wake = () => {};
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const read = async () => {
    for await (const item of source) {
      items.push(item);
      wake();
      while (items.length >= most) await change();
    }
  };
  read().then(
    () => {
      end = () => {};
      wake();
    },
    (error) => {
      end = () => {
        throw error;
      };
      wake();
    },
  );
  for (;;) {
    const item = items.shift();
    if (item !== undefined) {
      wake();
      yield item;
    } else if (end !== undefined) return end();
    else await change();
  }
}
