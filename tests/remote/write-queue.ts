/** One writer at a time, first come first served, and none for longer than a transaction may last. */
export class WriteQueue {
  readonly #transactionMs: number;
  readonly #waiting: { readonly abort: () => void; readonly granted: () => void }[] = [];
  #holder: { readonly abort: () => void; readonly timer: ReturnType<typeof setTimeout> } | undefined;

  constructor(transactionMs: number) {
    this.#transactionMs = transactionMs;
  }

  /** Resolves when it is the caller's turn; `abort` is called, and the turn over, where it then takes too long. */
  acquire(abort: () => void): Promise<void> {
    return new Promise((granted) => {
      this.#waiting.push({ abort, granted });
      this.#next();
    });
  }

  release(): void {
    clearTimeout(this.#holder?.timer);
    this.#holder = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#holder !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const timer = setTimeout(() => {
      next.abort();
      this.release();
    }, this.#transactionMs);
    this.#holder = { abort: next.abort, timer };
    next.granted();
  }
}
