import type { EventLog } from "../../storage/index.ts";
import { WakeSignal, type WakeSignalOptions } from "./wake-signal.ts";

/** Wakes one reader after a commit. A commit between two waits is remembered. */
export class CommitSignal {
  readonly #signal: WakeSignal;
  readonly #unwatch: () => void;
  #isStopped = false;

  constructor(watch: EventLog["watch"], options?: WakeSignalOptions) {
    const signal = new WakeSignal(options);
    this.#signal = signal;
    this.#unwatch = watch(() => signal.set());
  }

  /** Resolves after a commit since it last resolved, after `timeout` milliseconds, or by `stop`. */
  wait(timeout: number): Promise<void> {
    return this.#signal.wait(timeout);
  }

  /** Stops watching, and ends the wait and all later ones. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#unwatch();
    this.#signal.stop();
  }
}
