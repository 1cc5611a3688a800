/**
 * Listeners for new events, for `EventLog.watch`.
 *
 * @example
 * const watchers = createWatchers();
 * const stop = watchers.watch(() => console.log("new events"));
 * stop();
 */
export function createWatchers() {
  const entries = new Set<{ readonly listener: () => void }>();
  return {
    watch(listener: () => void): () => void {
      const entry = { listener }; // an object of its own, since the same function may be registered twice
      entries.add(entry);
      return () => void entries.delete(entry);
    },

    /** Calls all listeners. */
    notify(): void {
      for (const { listener } of entries) {
        try {
          listener();
        } catch {
          // A listener's error must not fail the append: the events are recorded.
        }
      }
    },

    isEmpty: () => entries.size === 0,
    clear: () => entries.clear(),
  };
}
