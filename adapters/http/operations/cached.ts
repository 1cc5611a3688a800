/** Asks again once the last answer is older than `age` milliseconds, or was a failure. */
export function cached<Value>(read: () => Promise<Value>, age: number): () => Promise<Value> {
  let last: { readonly at: number; readonly value: Promise<Value> } | undefined;
  return () => {
    if (last !== undefined && performance.now() - last.at < age) return last.value;
    const value = read();
    last = { at: performance.now(), value };
    value.catch(() => {
      last = undefined;
    });
    return value;
  };
}
