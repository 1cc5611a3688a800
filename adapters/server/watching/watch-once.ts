import type { WatchStore } from "../../../storage/index.ts";
import { Watcher } from "./watcher.ts";

export interface WatchOnceOptions {
  /** The time between two calls, in milliseconds. A longer gap means that calls were left out. */
  readonly every: number;
  /** How long nothing gets worse after such a gap, in milliseconds. Default: a minute. */
  readonly settle?: number | undefined;
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * Follows the log once, and judges all subjects that are due. It is for a runtime without a process of its own, such as
 * a Worker's cron trigger. It does nothing while a server watches. Resolves with the number of decisions.
 *
 * @example
 * const { watching, log } = await openStores({ url: ":memory:" });
 * console.log(await watchOnce(watching, { every: 60_000 })); // 0
 * await log.close();
 */
export async function watchOnce(
  store: WatchStore,
  { every, settle = 60_000, now = Date.now }: WatchOnceOptions,
): Promise<number> {
  const read = () => ({ now: now(), elapsed: performance.now() });
  const watcher = new Watcher({ store, read, settle, gap: Math.max(60_000, 2 * every) });
  while ((await watcher.turn()) === 0);
  await watcher.release();
  return watcher.decisions;
}
