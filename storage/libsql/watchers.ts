/** How soon commits of other processes are noticed, in milliseconds. */
const pollInterval = 250;

export interface Watchers {
  watch(listener: () => void): () => void;
  /** Tells all listeners that there may be new events. */
  notify(): void;
  close(): void;
}

/**
 * The listeners of a log. They are called for each commit of this process at once, and for those of others by polling
 * the newest id.
 */
export function watchers(newestId: () => Promise<number>): Watchers {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen: number | undefined;

  function notify(): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch {
        // One listener's error must not affect the log or the other listeners.
      }
    }
  }

  async function poll(): Promise<void> {
    try {
      const newest = await newestId();
      if (newest !== seen) notify();
      seen = newest;
    } catch {
      notify(); // the listeners' next read shows what is wrong
    }
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (listeners.size === 0) return;
    timer = setTimeout(poll, pollInterval);
    timer.unref?.(); // a Worker's is a number
  }

  return {
    watch(listener) {
      const own = () => listener(); // the same function may watch twice
      listeners.add(own);
      if (listeners.size === 1) schedule();
      return () => void listeners.delete(own);
    },
    notify,
    close() {
      listeners.clear();
      clearTimeout(timer);
    },
  };
}
