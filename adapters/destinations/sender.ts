import type { Destination } from "../../core/destinations/destination.ts";
import type { DestinationQueue } from "./sending/destination-queue.ts";
import { type HeldOptions, HeldSending, renewEvery } from "./sending/held-sending.ts";
import { LeaseSeeker, type LeaseSeekerOptions } from "./sending/lease-seeker.ts";

/** A server that stops waits so long for answers under way: who sends next would send the same again. In milliseconds. */
const drainTime = 2000;

/** What the operator's file says. */
export interface SendingFile {
  readonly destinations: readonly Destination[];
  readonly hash: string;
  /** The newest event when it was read: destinations that are new begin after it. Default: the newest of now. */
  readonly newest?: number | undefined;
}

export interface SenderOptions extends HeldOptions, Pick<LeaseSeekerOptions, "lease"> {
  readonly file: SendingFile;
  readonly onState?: ((state: SenderState) => void) | undefined;
}

export interface SenderState {
  readonly isHolder: boolean;
  /** Whether the server that sends has another file than this one. */
  readonly isOtherFile: boolean;
  /** Of the holder alone. */
  readonly queues: readonly DestinationQueue[];
}

/** One server's share in telling destinations: it waits for the lease, or holds it and sends. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #seeker: LeaseSeeker;
  #file: SendingFile;
  /** To be used as soon as what is under way is answered. */
  #next: SendingFile | undefined;
  #held: HeldSending | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#seeker = new LeaseSeeker({ sending: options.stores.sending, read: options.read, lease: options.lease });
    this.#file = options.file;
  }

  get isHolder(): boolean {
    return this.#held !== undefined;
  }

  /** Whether an answer is waited for. */
  get isBusy(): boolean {
    return this.#held?.isBusy === true;
  }

  /** Tells it that the log may have new events. */
  noteCommit(): void {
    this.#held?.noteCommit();
  }

  /** Goes on with another file. */
  use(file: SendingFile): void {
    this.#next = file;
  }

  /**
   * Does one bounded piece of work. Returns in how many milliseconds there may be more without an event; 0 if there is.
   * Rejects if the store does; the next turn then goes on with what was not written.
   */
  async turn(): Promise<number> {
    if (this.#next !== undefined && !this.isBusy) {
      await this.#letGo();
      this.#file = this.#next;
      this.#next = undefined;
    }
    const held = this.#held ?? (await this.#seek());
    const wait = held === undefined ? renewEvery : await held.step(this.#next !== undefined);
    if (held?.isLost === true) this.#held = undefined;
    this.#tell();
    return wait;
  }

  /** Lets go of the lease. What is under way is waited for, but not for long. */
  async release(): Promise<void> {
    const until = this.#options.read().elapsed + drainTime;
    while (this.isBusy && this.#options.read().elapsed < until) await new Promise((done) => setTimeout(done, 10));
    await this.#letGo();
    this.#tell();
  }

  async #seek(): Promise<HeldSending | undefined> {
    const { elapsed: at } = this.#options.read();
    const fence = await this.#seeker.seek(this.#file.hash);
    if (fence === undefined) return undefined;
    const { destinations, newest } = this.#file;
    this.#held = await HeldSending.begin(fence, this.#options, { destinations, newest, at });
    return this.#held;
  }

  async #letGo(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    try {
      await held.end();
    } finally {
      await this.#options.stores.sending.releaseLease(held.fence);
    }
  }

  #tell(): void {
    const { isOtherFile } = this.#seeker;
    this.#options.onState?.({ isHolder: this.isHolder, isOtherFile, queues: this.#held?.queues ?? [] });
  }
}
