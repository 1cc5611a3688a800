import { EventLogError, QueueFullError } from "../event-log-error.ts";
import { CommitScheduler } from "./commit-scheduler.ts";

/** What items take up, or may. */
export interface Load {
  readonly events: number;
  /** Of encoded events, in characters, which are nearly always bytes. */
  readonly bytes: number;
}

/** What one transaction takes, unless a single item is larger: it is copied a few times on its way to the disk. */
const groupLimits: Load = { events: 1000, bytes: 8 << 20 };

/** Which part of those who are likely to come a commit waits for. */
const nearlyAll = 0.9;

/** For how many milliseconds it waits without anybody coming. */
const longestQuiet = 0.25;

/** What a commit comes to. */
export interface Committed<Result> {
  /** One for each item, in order. */
  readonly results: readonly Result[];
  /** For how many milliseconds the database was at it, without the way there and back. */
  readonly milliseconds: number;
}

export interface GroupCommitOptions {
  /** How many commits may run at once, begun in order. Default: 1. */
  readonly atOnce?: number;
  /** Calls back in the next turn of the event loop, after what is there to be read. Without it nobody is waited for. */
  readonly nextTurn?: ((work: () => void) => void) | undefined;
}

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
  readonly #commit: (items: readonly Item[]) => Promise<Committed<Result>>;
  readonly #limits: Load;
  readonly #scheduler: CommitScheduler;
  readonly #nextTurn: GroupCommitOptions["nextTurn"];
  readonly #running = new Set<Promise<void>>();
  #waiting: Waiting<Item, Result>[] = [];
  #load = { events: 0, bytes: 0 };
  /** What waits for space in the queue. */
  #waitingForSpace: Waiting<Item, Result>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Stands for the wait for company that goes on: each has an object of its own. */
  #gathering: object | undefined;
  /** How many items the latest commit answered: they may all come again. */
  #answered = 0;
  /** They, and what waited when they were answered. */
  #expected = 0;
  #closed = false;

  /** No more is let in while as much waits as `limits` says, so that the queue exceeds them by one item at most. */
  constructor(
    commit: (items: readonly Item[]) => Promise<Committed<Result>>,
    limits: Load,
    { atOnce = 1, nextTurn }: GroupCommitOptions = {},
  ) {
    this.#commit = commit;
    this.#limits = limits;
    this.#scheduler = new CommitScheduler(atOnce);
    this.#nextTurn = nextTurn;
  }

  /** What waits for the next commits. */
  get load(): Load {
    return this.#load;
  }

  /** Throws EventLogError where `add` would reject. */
  assertSpace(): void {
    if (this.#closed) throw new EventLogError("closed", "The event log is closed.");
    if (this.#isBelow(this.#limits)) return;
    const limit = this.#load.events < this.#limits.events ? "bytes" : "events";
    throw new QueueFullError(this.#load, limit, this.#limits[limit]);
  }

  /**
   * Rejects with `overloaded`, at once, where the queue is full. What may wait, waits for space instead, in its order,
   * and leaves half of the queue to the others.
   */
  add(item: Item, load: Load, waitWhenFull = false): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (!waitWhenFull || this.#closed) this.assertSpace();
      const waiting = { item, load, resolve, reject };
      if (waitWhenFull) this.#waitingForSpace.push(waiting);
      else this.#enqueue(waiting);
      this.#admitWaiting();
      this.#start();
    });
  }

  /** Refuses what comes from now on, and resolves when all that came before has settled. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#beginLater(); // nobody comes any more who is worth waiting for
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Whatever waits, a commit runs whose end calls this again. */
  #start(): void {
    if (this.#waiting.length === 0) return;
    const wait = this.#scheduler.wait();
    if (wait === 0) this.#gather();
    else if (wait !== undefined) this.#timer ??= setTimeout(() => this.#beginLater(), wait);
  }

  /**
   * Whoever was just answered is likely to come again, and who waits already would wait for them once more after a commit
   * without them: it begins once nearly all are here, or once nobody came for a moment. A busy database is not kept
   * waiting for more than the half of them that it works on at a time. Where nobody else is expected, whoever comes in
   * the same turn is waited for.
   */
  #gather(): void {
    const isReady = this.#closed || (this.#expected > 1 && this.#isEnough());
    const nextTurn = isReady ? undefined : this.#nextTurn;
    if (nextTurn === undefined) this.#begin();
    if (nextTurn === undefined || this.#gathering !== undefined) return;
    const gathering = {};
    this.#gathering = gathering;
    const until = performance.now() + this.#scheduler.longestGather();
    let [count, quietUntil] = [0, 0];
    const look = (): void => {
      if (this.#gathering !== gathering) return; // begun since
      const now = performance.now();
      if (this.#waiting.length > count) [count, quietUntil] = [this.#waiting.length, now + longestQuiet];
      if (!this.#isEnough() && now < Math.min(until, quietUntil)) {
        nextTurn(look);
        return;
      }
      this.#gathering = undefined;
      this.#beginLater();
    };
    nextTurn(look);
  }

  #isEnough(): boolean {
    const enough = this.#scheduler.isDatabaseBusy() ? this.#answered / 2 : this.#expected * nearlyAll;
    return this.#waiting.length >= enough || !this.#isBelow(groupLimits);
  }

  #beginLater(): void {
    this.#timer = undefined;
    if (this.#waiting.length > 0 && this.#scheduler.wait() !== undefined) this.#begin();
  }

  #begin(): void {
    this.#gathering = undefined;
    const group = this.#takeGroup();
    this.#admitWaiting();
    const run = this.#run(group);
    this.#running.add(run);
    run.finally(() => this.#running.delete(run));
  }

  /** Never rejects. */
  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    const end = this.#scheduler.begin();
    try {
      const { results, milliseconds } = await this.#commit(group.map(({ item }) => item));
      end(milliseconds);
      this.#answered = group.length;
      this.#expected = group.length + this.#waiting.length;
      for (let i = 0; i < group.length; i++) group[i]?.resolve(results[i] as Result); // one for each item
    } catch (error) {
      end(0);
      // What waits would meet the same, after as long a time again.
      const others = [...this.#take(this.#waiting.length), ...this.#waitingForSpace.splice(0)];
      for (const { reject } of [...group, ...others]) reject(error);
    }
    this.#start();
  }

  /** Whether less waits than that share of a load. */
  #isBelow({ events, bytes }: Load, share = 1): boolean {
    return this.#load.events < events * share && this.#load.bytes < bytes * share;
  }

  #enqueue(waiting: Waiting<Item, Result>): void {
    this.#waiting.push(waiting);
    this.#load.events += waiting.load.events;
    this.#load.bytes += waiting.load.bytes;
  }

  #admitWaiting(): void {
    while (this.#isBelow(this.#limits, 0.5)) {
      const next = this.#waitingForSpace.shift();
      if (next === undefined) return;
      this.#enqueue(next);
    }
  }

  /**
   * For a busy database half of all who report, so that it works on one half while the other is answered and comes back.
   * All that waits would be nearly everybody, and it would wait for them again after each commit.
   */
  #takeGroup(): readonly Waiting<Item, Result>[] {
    const waiting = this.#waiting.length;
    const most = this.#scheduler.isDatabaseBusy() ? Math.ceil((waiting + this.#answered) / 2) : waiting;
    let [count, events, bytes] = [0, 0, 0];
    for (const { load } of this.#waiting) {
      if (count === most) break;
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
