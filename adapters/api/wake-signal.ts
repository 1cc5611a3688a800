export interface WakeSignalOptions {
  /** Whether a wait keeps the process alive. Default: true. */
  readonly ref?: boolean;
}

/** Wakes one waiter. What is set between two waits is remembered. */
export class WakeSignal {
  readonly #ref: boolean;
  #isSet = false;
  #isStopped = false;
  #release = () => {};

  constructor({ ref = true }: WakeSignalOptions = {}) {
    this.#ref = ref;
  }

  set(): void {
    this.#isSet = true;
    this.#release();
  }

  /** Resolves after a `set` since it last resolved, after `timeout` milliseconds, or by `stop`. */
  async wait(timeout: number): Promise<void> {
    if (!this.#isSet && !this.#isStopped) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#release = resolve;
        timer = setTimeout(resolve, timeout);
        if (!this.#ref) timer.unref?.(); // a Worker runtime has numbers for timers, and no process
      });
      clearTimeout(timer);
    }
    this.#isSet = false;
  }

  /** Ends the wait and all later ones. */
  stop(): void {
    this.#isStopped = true;
    this.#release();
  }
}
