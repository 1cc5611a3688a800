import { EventLogError } from "../event-log-error.ts";

/** What items take up, or may. */
export interface Load {
  readonly events: number;
  /** Of encoded events, in characters, which are nearly always bytes. */
  readonly bytes: number;
}

/** What one transaction takes, unless a single item is larger: it is copied a few times on its way to the disk. */
const groupLimits: Load = { events: 1000, bytes: 8 << 20 };

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly load: Load;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: whatever is handed in while one commit runs goes into the next one, in order. Each item's promise
 * settles after the commit that it was part of, with that item's result. A commit that fails takes what waits with it.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #limits: Load;
  #waiting: Waiting<Item, Result>[] = [];
  #load = { events: 0, bytes: 0 };
  /** What waits for room to wait in. */
  #patient: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /**
   * `commit` answers a result for each item, in order; it is never called while an earlier call runs. No more is let in
   * while as much waits as `limits` says, so that the queue exceeds them by one item at most.
   */
  constructor(commit: (items: readonly Item[]) => Promise<readonly Result[]>, limits: Load) {
    this.#commit = commit;
    this.#limits = limits;
  }

  /** What waits for the next commits. */
  get load(): Load {
    return this.#load;
  }

  /** Throws EventLogError where `add` would reject. */
  assertRoom(): void {
    if (this.#closed) throw new EventLogError("closed", "The event log is closed.");
    if (this.#hasRoom(1)) return;
    const { events, bytes } = this.#load;
    throw new EventLogError(
      "overloaded",
      `More is reported than can be recorded: ${events} events of ${bytes} bytes wait already. Nothing of this is recorded; send it again a little later.`,
    );
  }

  /**
   * Rejects with `overloaded`, at once, where the queue is full. What is patient waits for room instead, in its order,
   * and leaves half of the queue to the others.
   */
  add(item: Item, load: Load, patient = false): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (!patient || this.#closed) this.assertRoom();
      const waiting = { item, load, resolve, reject };
      if (patient) this.#patient.push(waiting);
      else this.#enqueue(waiting);
      this.#admitPatient();
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
      this.#admitPatient();
      try {
        const results = await this.#commit(group.map(({ item }) => item));
        for (const [i, { resolve }] of group.entries()) resolve(results[i] as Result); // one for each item
      } catch (error) {
        // What waits would meet the same, after as long a time again.
        const others = [...this.#take(this.#waiting.length), ...this.#patient.splice(0)];
        for (const { reject } of [...group, ...others]) reject(error);
      }
    }
    this.#running = undefined;
  }

  #hasRoom(share: number): boolean {
    const { events, bytes } = this.#limits;
    return this.#load.events < events * share && this.#load.bytes < bytes * share;
  }

  #enqueue(waiting: Waiting<Item, Result>): void {
    this.#waiting.push(waiting);
    this.#load.events += waiting.load.events;
    this.#load.bytes += waiting.load.bytes;
  }

  #admitPatient(): void {
    while (this.#hasRoom(0.5)) {
      const next = this.#patient.shift();
      if (next === undefined) return;
      this.#enqueue(next);
    }
  }

  #takeGroup(): readonly Waiting<Item, Result>[] {
    let [count, events, bytes] = [0, 0, 0];
    for (const { load } of this.#waiting) {
      events += load.events;
      bytes += load.bytes;
      if (count > 0 && (events > groupLimits.events || bytes > groupLimits.bytes)) break;
      count++;
    }
    return this.#take(count);
  }

  #take(count: number): readonly Waiting<Item, Result>[] {
    const taken = this.#waiting.splice(0, count);
    for (const { load } of taken) {
      this.#load.events -= load.events;
      this.#load.bytes -= load.bytes;
    }
    return taken;
  }
}
