import type { WatchStep, WatchStore } from "../../../storage/index.ts";
import { LeaseAge } from "../../../storage/lease-age.ts";
import { logger } from "../../config/logger.ts";
import type { ClockReading } from "../clocks.ts";
import { JudgingClock, type JudgingOptions } from "./judging-clock.ts";

const second = 1000;
/** How often the holder writes even if nothing happens, and the longest time between two turns. */
const renewEvery = 5 * second;
/** The shortest time between two writes of the cursor alone. */
const noteEvery = second;
/**
 * The pauses between two turns, so that a step follows many reports. The long one is for a watcher that nothing waits
 * for.
 */
const shortPause = 50;
const longPause = 500;
/** A holder that has had nothing to do for so long releases the lease. */
const idleTime = 10 * second;

export interface WatcherOptions extends JudgingOptions {
  readonly store: WatchStore;
  /** How long a lease may stand still until another server takes it, in milliseconds. Default: 15 seconds. */
  readonly lease?: number | undefined;
  readonly read: () => ClockReading;
  /** Called after every step, and whenever the lease was read. */
  readonly onState?: ((state: WatcherState) => void) | undefined;
}

interface WatcherState {
  readonly isHolder: boolean;
  /** How many ids the log is ahead of the cursor. */
  readonly behind: number;
  /** The time at which states were judged last; null before the first step. */
  readonly evaluatedAt: number | null;
}

interface Held {
  readonly fence: number;
  readonly clock: JudgingClock;
  cursor: number | undefined;
  /** The cursor that is stored. */
  noted: number | undefined;
  /** By the monotonic clock. */
  writtenAt: number;
  busyAt: number;
}

/** Watches for one server: it waits for the lease, or holds it and takes steps. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #name = crypto.randomUUID();
  #held: Held | undefined;
  readonly #age: LeaseAge;
  #evaluatedAt: number | null = null;
  /** Whether the last step decided nothing, and nothing will be due. */
  #isQuiet = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#age = new LeaseAge(options.lease);
  }

  /** How many decisions it has written. */
  decisions = 0;

  get isHolder(): boolean {
    return this.#held !== undefined;
  }

  /** How long a commit has to wait after a turn, in milliseconds. */
  get shortestPause(): number {
    return this.#isQuiet ? longPause : shortPause;
  }

  /** Whether a commit wakes this watcher. It does not while another server holds the lease. */
  get followsCommits(): boolean {
    return this.isHolder || !this.#age.isTaken;
  }

  /**
   * Takes a step, or tries to take the lease. Returns after how many milliseconds the next turn is due without an
   * event. Rejects if the store does. The next turn then begins from the stored cursor.
   */
  async turn(): Promise<number> {
    const held = this.#held ?? (await this.#seek());
    if (held === undefined) return renewEvery;
    try {
      return await this.#step(held);
    } catch (error) {
      held.cursor = undefined;
      throw error;
    }
  }

  async release(): Promise<void> {
    const fence = this.#held?.fence;
    this.#held = undefined;
    if (fence !== undefined) await this.#options.store.releaseLease(fence);
  }

  /** Takes the lease if no server has it, or if the server that has it is gone. */
  async #seek(): Promise<Held | undefined> {
    const { store, read } = this.#options;
    const lease = await store.lease();
    const { elapsed } = read();
    this.#evaluatedAt = lease.evaluatedUntil;
    this.#tell(lease.behind);
    const isFree = this.#age.isFree(lease, elapsed);
    if (!lease.hasWork || !isFree) return undefined;
    const fence = await store.takeLease(this.#name, lease);
    if (fence === undefined) return undefined;
    if (lease.holder !== null) logger.warn("the server that watched is gone, and this one watches from now on");
    const clock = new JudgingClock(lease, this.#options);
    this.#age.forget();
    this.#held = { fence, clock, cursor: undefined, noted: undefined, writtenAt: elapsed, busyAt: elapsed };
    return this.#held;
  }

  async #step(held: Held): Promise<number> {
    const { store, read } = this.#options;
    const reading = read();
    const { at, settleUntil, jump } = held.clock.judge(reading);
    if (jump !== 0)
      logger.warn("the clock was changed, and freshness is judged with care", { seconds: Math.round(jump / second) });
    const sinceWritten = reading.elapsed - held.writtenAt;
    const isAhead = held.cursor !== held.noted;
    const notesProgress = held.noted === undefined || sinceWritten >= (isAhead ? noteEvery : renewEvery);
    const { fence, cursor } = held;
    const step = await store.step({ fence, now: at, clock: reading.now, settleUntil, cursor, notesProgress });
    if (!step.isHolder) {
      logger.warn("another server watches now");
      this.#held = undefined;
      return renewEvery;
    }
    held.cursor = step.cursor;
    if (step.isWritten) {
      held.noted = step.cursor;
      held.writtenAt = reading.elapsed;
    }
    this.decisions += step.decisions;
    this.#evaluatedAt = at;
    this.#tell(step.behind);
    return this.#pause(held, step, reading);
  }

  async #pause(held: Held, step: WatchStep, { now, elapsed }: ClockReading): Promise<number> {
    this.#isQuiet = step.decisions === 0 && step.nextAt === null;
    const isBusy = step.hasMore || !this.#isQuiet;
    if (isBusy) held.busyAt = elapsed;
    if (step.hasMore) return 0;
    if (!isBusy && elapsed - held.busyAt >= idleTime) {
      if (!(await this.#options.store.lease()).hasWork) await this.release();
      else held.busyAt = elapsed;
    }
    const isUnnoted = held.cursor !== held.noted;
    const most = isUnnoted ? noteEvery : renewEvery;
    // A subject that is due and was not decided waits until the clock is followed again.
    const least = step.decisions === 0 ? second : 0;
    return step.nextAt === null ? most : Math.min(most, Math.max(least, step.nextAt - now));
  }

  #tell(behind: number): void {
    this.#options.onState?.({ isHolder: this.isHolder, behind, evaluatedAt: this.#evaluatedAt });
  }
}
