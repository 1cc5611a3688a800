/** Those who want to know when there is news. */
export function createWatchers() {
  const watchers = new Set<{ readonly listener: () => void }>();
  return {
    watch(listener: () => void): () => void {
      const watcher = { listener }; // a watch of its own, also where the same function watches twice
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },

    tell(): void {
      for (const { listener } of watchers) {
        try {
          listener();
        } catch {
          // What was recorded stays recorded, whatever a listener makes of it.
        }
      }
    },

    clear: () => watchers.clear(),
  };
}
