import { EventLogError, QueueFullError } from "../event-log-error.ts";
import { CommitScheduler } from "./commit-scheduler.ts";

/** The size of items, or a limit on it. */
export interface Load {
  readonly events: number;
  /** The size of the encoded events in characters, which are nearly always bytes. */
  readonly bytes: number;
}

/** The limit of one transaction, unless a single item is larger. A group is copied several times on its way to the disk. */
const groupLimits: Load = { events: 1000, bytes: 8 << 20 };

/** The share of the expected items that a commit waits for. Found with `npm run bench` at 64 and 256 connections. */
const nearlyAll = 0.9;

/** The longest wait without a new item, in milliseconds. Found with `npm run bench`, as `nearlyAll`. */
const longestQuiet = 0.25;

/** The result of a commit. */
export interface Committed<Result> {
  /** One result for each item, in order. */
  readonly results: readonly Result[];
  /** How long the database worked on it, in milliseconds, without the way there and back. */
  readonly milliseconds: number;
}

export interface GroupCommitOptions {
  /** How many commits may run at once. They start in order. Default: 1. */
  readonly atOnce?: number;
  /**
   * Calls back in the next turn of the event loop, after the sockets were read (`setImmediate`). Without it, a commit does
   * not wait for more items.
   */
  readonly nextTurn?: ((work: () => void) => void) | undefined;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly load: Load;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: items that arrive while a commit runs share the next one, in order. The promise of an item settles after
 * the commit that the item was part of. If a commit fails, all waiting items are rejected with its error.
 *
 * @example
 * const commits = new GroupCommit<string, number>(
 *   async (items) => ({ results: items.map((item) => item.length), milliseconds: 1 }),
 *   { events: 10_000, bytes: 64_000_000 },
 * );
 * console.log(await commits.add("abc", { events: 1, bytes: 3 })); // 3
 * await commits.close();
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<Committed<Result>>;
  readonly #limits: Load;
  readonly #scheduler: CommitScheduler;
  readonly #nextTurn: GroupCommitOptions["nextTurn"];
  readonly #running = new Set<Promise<void>>();
  #waiting: Waiting<Item, Result>[] = [];
  #load = { events: 0, bytes: 0 };
  /** Items that wait for space in the queue. */
  #waitingForSpace: Waiting<Item, Result>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Identifies the gathering in progress: each has an object of its own. */
  #gathering: object | undefined;
  /** How many items the latest commit had. Their clients are likely to send as many again. */
  #answered = 0;
  /** `#answered`, and the items that were waiting at that moment. */
  #expected = 0;
  #closed = false;

  /** Items are refused while the queue is at its `limits`, so it exceeds them by one item at most. */
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

  /** The size of the items in the queue. */
  get load(): Load {
    return this.#load;
  }

  /** Throws EventLogError if `add` would reject. */
  assertSpace(): void {
    if (this.#closed) throw new EventLogError("closed", "The event log is closed.");
    if (this.#isBelow(this.#limits)) return;
    const limit = this.#load.events < this.#limits.events ? "bytes" : "events";
    throw new QueueFullError(this.#load, limit, this.#limits[limit]);
  }

  /**
   * Adds an item to the queue. Rejects with `overloaded` at once if the queue is full. With `waitWhenFull`, the item waits
   * for space instead. Such items keep their order, and use at most half of the queue.
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

  /** Refuses new items, and resolves when all earlier ones have settled. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#beginLater(); // no more items can arrive
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Starts a commit if items wait and one may start. Otherwise the end of a running commit, or a timer, calls this again. */
  #start(): void {
    if (this.#waiting.length === 0) return;
    const wait = this.#scheduler.wait();
    if (wait === 0) this.#gather();
    else if (wait !== undefined) this.#timer ??= setTimeout(() => this.#beginLater(), wait);
  }

  /**
   * Waits for more items, then starts a commit. Clients that were just answered are likely to report again at once. A
   * commit without their reports would make them wait for it, and the next one would make the others wait. So the commit
   * starts once nearly all expected items are here, or once none has arrived for a moment.
   *
   * A busy database gets half of the items at a time, so the commit waits for that half only. If no other items are
   * expected, it waits for those that arrive in the same turn of the event loop.
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
      if (this.#gathering !== gathering) return; // a commit has started meanwhile
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
      // The waiting items would fail in the same way, after as long a wait.
      const others = [...this.#take(this.#waiting.length), ...this.#waitingForSpace.splice(0)];
      for (const { reject } of [...group, ...others]) reject(error);
    }
    this.#start();
  }

  /** Whether the queue is below a share of these limits. */
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
   * Takes the items of the next commit. A busy database gets half of all items of the clients that report now: it works
   * on one half while the other is answered and sent again. If it got all waiting items, it would then be idle until those
   * clients have reported again.
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
