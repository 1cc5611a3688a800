import type { EventLog } from "../../../storage/index.ts";
import { CommitSignal } from "../../api/commit-signal.ts";
import { logger } from "../../config/logger.ts";
import { type ClockReading, pause, readClocks } from "../clocks.ts";
import { Watcher, type WatcherOptions } from "./watcher.ts";

const second = 1000;
const hour = 3600 * second;

const afterFailure = 5 * second;

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
  let failedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    let wait: number;
    try {
      wait = await watcher.turn();
    } catch (error) {
      if (signal.aborted) break;
      const { elapsed } = read();
      const reason = error instanceof Error ? error.message : String(error);
      if (elapsed - failedAt >= hour) logger.warn("freshness and alerts can't be judged", { reason });
      failedAt = elapsed;
      wait = afterFailure;
    }
    const quiet = watcher.followsCommits ? Math.min(wait, watcher.shortestPause) : wait;
    if (quiet > 0) await pause(quiet, signal);
    if (wait > quiet) await commits.wait(wait - quiet);
  }
  commits.stop();
  await watcher.release().catch(() => {}); // others take over after 15 seconds
}
