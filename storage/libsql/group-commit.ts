import { EventLogError } from "../event-log-error.ts";

/** The most events that one transaction takes, unless a single unit is larger. */
const eventsPerGroup = 1000;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly size: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: whatever is handed in while one commit runs goes into the next one, in order. Each item's promise
 * settles after the commit that it was part of, with that item's result. A commit that fails takes what waits with it.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /** `commit` answers a result for each item, in order; it is never called while an earlier call runs. */
  constructor(commit: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#commit = commit;
  }

  /** `size` counts the item's events. */
  add(item: Item, size: number): Promise<Result> {
    if (this.#closed) return Promise.reject(new EventLogError("closed", "The event log is closed."));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, size, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Refuses what comes from now on, and resolves when all that came before has settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        const results = await this.#commit(group.map(({ item }) => item));
        for (const [i, { resolve }] of group.entries()) resolve(results[i] as Result); // one for each item
      } catch (error) {
        // What waits would meet the same, after as long a time again.
        for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#running = undefined;
  }

  #takeGroup(): readonly Waiting<Item, Result>[] {
    let events = 0;
    let count = 0;
    for (const { size } of this.#waiting) {
      events += size;
      if (count > 0 && events > eventsPerGroup) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
