import { EventLogError } from "../event-log-error.ts";
import { Pace } from "./pace.ts";

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
  readonly #pace: Pace;
  readonly #running = new Set<Promise<void>>();
  #waiting: Waiting<Item, Result>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `commit` answers a result for each item, in order; up to `atOnce` of its calls run at once, begun in order. */
  constructor(commit: (items: readonly Item[]) => Promise<readonly Result[]>, atOnce = 1) {
    this.#commit = commit;
    this.#pace = new Pace(atOnce);
  }

  /** `size` counts the item's events. */
  add(item: Item, size: number): Promise<Result> {
    if (this.#closed) return Promise.reject(new EventLogError("closed", "The event log is closed."));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, size, resolve, reject });
      this.#start();
    });
  }

  /** Refuses what comes from now on, and resolves when all that came before has settled. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(): void {
    if (this.#waiting.length === 0) return;
    const wait = this.#pace.wait();
    if (wait === 0) this.#begin();
    else if (wait !== undefined) this.#timer ??= setTimeout(() => this.#beginLater(), wait);
  }

  #beginLater(): void {
    this.#timer = undefined;
    if (this.#waiting.length > 0 && this.#pace.wait() !== undefined) this.#begin();
  }

  #begin(): void {
    const run = this.#run(this.#takeGroup());
    this.#running.add(run);
    run.finally(() => this.#running.delete(run));
  }

  /** Never rejects. */
  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    const end = this.#pace.begin();
    try {
      const results = await this.#commit(group.map(({ item }) => item));
      for (const [i, { resolve }] of group.entries()) resolve(results[i] as Result); // one for each item
    } catch (error) {
      // What waits would meet the same, after as long a time again.
      for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
    }
    end();
    this.#start();
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
