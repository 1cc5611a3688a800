import type { EventLog } from "../../../storage/index.ts";

/** Wakes one reader after a commit. A commit between two waits is remembered. */
export interface CommitSignal {
  /** Resolves when there was a commit since the last time it resolved, after `timeout` milliseconds, or by `stop`. */
  wait(timeout: number): Promise<void>;
  /** Stops watching. */
  stop(): void;
}

export function createCommitSignal(watch: EventLog["watch"]): CommitSignal {
  let isSet = false;
  let isStopped = false;
  let release = () => {};
  const unwatch = watch(() => {
    isSet = true;
    release();
  });

  return {
    async wait(timeout) {
      if (!isSet && !isStopped) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        await new Promise<void>((resolve) => {
          release = resolve;
          timer = setTimeout(resolve, timeout);
        });
        clearTimeout(timer);
      }
      isSet = false;
    },
    stop() {
      isStopped = true;
      unwatch();
      release();
    },
  };
}
