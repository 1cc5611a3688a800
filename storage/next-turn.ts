/**
 * Lets other work of the thread run. A promise alone would not, since the driver is synchronous. Some Worker runtimes have
 * no setImmediate: there nothing else runs.
 */
export function nextTurn(): Promise<void> {
  return globalThis.setImmediate === undefined
    ? Promise.resolve()
    : new Promise((resolve) => void setImmediate(resolve));
}
