import type { EventLog } from "../../storage/index.ts";

/** Tells one reader that a log may have news. A commit while nobody waits is not forgotten. */
export interface CommitBell {
  /** Resolves when there was a commit since the last time it resolved, after `patience` milliseconds, or by `stop`. */
  wait(patience: number): Promise<void>;
  /** Lets go of the log. */
  stop(): void;
}

export function commitBell(log: Pick<EventLog, "watch">): CommitBell {
  let rung = false;
  let stopped = false;
  let release = () => {};
  const unwatch = log.watch(() => {
    rung = true;
    release();
  });

  return {
    async wait(patience) {
      if (!rung && !stopped) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        await new Promise<void>((resolve) => {
          release = resolve;
          timer = setTimeout(resolve, patience);
        });
        clearTimeout(timer);
      }
      rung = false;
    },
    stop() {
      stopped = true;
      unwatch();
      release();
    },
  };
}
