import { createWatchers } from "../scan/watchers.ts";

/** How soon commits of other processes are noticed, in milliseconds. */
const pollInterval = 250;

export interface Watchers {
  watch(listener: () => void): () => void;
  /** Tells all listeners that there may be new events. */
  notify(): void;
  close(): void;
}

/**
 * The listeners of a log. They are called for each commit of this process at once, and by polling for those of others,
 * and for changes of definitions.
 */
export function watchers(lastChange: () => Promise<string>): Watchers {
  const listeners = createWatchers();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen: string | undefined;

  async function poll(): Promise<void> {
    try {
      const change = await lastChange();
      if (change !== seen) listeners.tell();
      seen = change;
    } catch {
      listeners.tell(); // the listeners' next read shows what is wrong
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
    notify: listeners.tell,
    close() {
      listeners.clear();
      clearTimeout(timer);
    },
  };
}
