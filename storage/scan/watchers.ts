/**
 * Listeners for new events, for `EventLog.watch`.
 *
 * @example
 * const watchers = createWatchers();
 * const stop = watchers.watch(() => console.log("new events"));
 * stop();
 */
export function createWatchers() {
  const watchers = new Set<{ readonly listener: () => void }>();
  return {
    watch(listener: () => void): () => void {
      const watcher = { listener }; // an object of its own, since the same function may be registered twice
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },

    tell(): void {
      for (const { listener } of watchers) {
        try {
          listener();
        } catch {
          // A listener's error must not fail the append: the events are recorded.
        }
      }
    },

    isEmpty: () => watchers.size === 0,
    clear: () => watchers.clear(),
  };
}
