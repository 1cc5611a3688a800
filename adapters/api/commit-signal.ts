import type { EventLog } from "../../storage/index.ts";

export interface CommitSignalOptions {
  /** Whether a wait keeps the process alive. Default: true. */
  readonly ref?: boolean;
}

/** Wakes one reader after a commit. A commit between two waits is remembered. */
export class CommitSignal {
  readonly #ref: boolean;
  readonly #unwatch: () => void;
  #isSet = false;
  #isStopped = false;
  #release = () => {};

  constructor(watch: EventLog["watch"], { ref = true }: CommitSignalOptions = {}) {
    this.#ref = ref;
    this.#unwatch = watch(() => {
      this.#isSet = true;
      this.#release();
    });
  }

  /** Resolves after a commit since it last resolved, after `timeout` milliseconds, or by `stop`. */
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

  /** Stops watching, and ends the wait and all later ones. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#unwatch();
    this.#release();
  }
}
