/** How much all streams together may send in one turn, in bytes. A socket takes that in 0.3 ms. */
const bytesPerTurn = 256 << 10;

// Some Worker runtimes have no setImmediate.
const nextTurn: (work: () => void) => void = globalThis.setImmediate ?? ((work) => setTimeout(work));

/**
 * Lets streams send by turns of the event loop. The bytes of a turn are bounded, so that reports wait for a part of one
 * page and never for the pages of all streams.
 */
export class StreamTurns {
  readonly #waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];
  #left = bytesPerTurn;
  #isScheduled = false;

  /** Resolves when so many bytes may be sent, in the order of the calls. One page may be larger than a turn. */
  take(bytes: number): Promise<void> | undefined {
    this.#schedule();
    if (this.#waiting.length === 0 && this.#left > 0) {
      this.#left -= bytes;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => this.#begin());
  }

  #begin(): void {
    this.#isScheduled = false;
    this.#left = Math.min(bytesPerTurn, this.#left + bytesPerTurn);
    let released = 0;
    for (const { bytes, resolve } of this.#waiting) {
      if (this.#left <= 0) break;
      this.#left -= bytes;
      released++;
      resolve();
    }
    this.#waiting.splice(0, released);
    if (this.#waiting.length > 0 || this.#left < bytesPerTurn) this.#schedule();
  }
}
