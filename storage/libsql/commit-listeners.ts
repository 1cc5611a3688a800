import { createWatchers } from "../scan/watchers.ts";

/** How soon commits of other processes are noticed, in milliseconds. */
const pollInterval = 250;

interface CommitListeners {
  watch(listener: () => void): () => void;
  /** Tells all listeners that there may be new events. */
  notify(): void;
  close(): void;
}

/**
 * The listeners of a log. They are called for each commit of this process at once, and by polling for those of others,
 * and for changes of definitions.
 */
export function createCommitListeners(lastChange: () => Promise<string>): CommitListeners {
  const listeners = createWatchers();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen: string | undefined;

  async function poll(): Promise<void> {
    try {
      const change = await lastChange();
      if (change !== seen) listeners.notify();
      seen = change;
    } catch {
      listeners.notify(); // the listeners' next read shows what is wrong
    }
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (listeners.isEmpty()) return;
    timer = setTimeout(poll, pollInterval);
    timer.unref?.(); // a Worker's is a number
  }

  return {
    watch(listener) {
      const isFirst = listeners.isEmpty();
      const stop = listeners.watch(listener);
      if (isFirst) schedule();
      return stop;
    },
    notify: listeners.notify,
    close() {
      listeners.clear();
      clearTimeout(timer);
    },
  };
}
