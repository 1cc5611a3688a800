import type { EventLog } from "../../../storage/index.ts";
import { CommitSignal } from "../../api/commit-signal.ts";
import { type ClockReading, pause, readClocks } from "../clocks.ts";
import { takeTurns } from "../take-turns.ts";
import { Watcher, type WatcherOptions } from "./watcher.ts";

interface RunWatcherOptions extends Omit<WatcherOptions, "read"> {
  readonly log: Pick<EventLog, "watch">;
  /** Ends the watching, and releases the lease. */
  readonly signal: AbortSignal;
  /** Default: the system's clocks. */
  readonly read?: () => ClockReading;
}

/** Watches until the signal aborts. It wakes after commits, when a subject is due, and every 5 seconds. */
export async function runWatcher({ log, signal, read = readClocks, ...options }: RunWatcherOptions): Promise<void> {
  const watcher = new Watcher({ ...options, read });
  const commits = new CommitSignal((listener) => log.watch(listener), { ref: false });
  signal.addEventListener("abort", () => commits.stop(), { once: true });
  const rest = async (wait: number) => {
    const quiet = watcher.followsCommits ? Math.min(wait, watcher.shortestPause) : wait;
    if (quiet > 0) await pause(quiet, signal);
    if (wait > quiet) await commits.wait(wait - quiet);
  };
  await takeTurns(() => watcher.turn(), rest, { read, signal, failing: "freshness and alerts can't be judged" });
  commits.stop();
  await watcher.release().catch(() => {}); // others take over after 15 seconds
}
