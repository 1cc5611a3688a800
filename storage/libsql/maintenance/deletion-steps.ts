import { setTimeout as delay } from "node:timers/promises";
import type { Expiry } from "../../maintenance.ts";
import type { LogDatabase } from "../log-database.ts";

/** Between two steps, in milliseconds: reports come first. */
export const pause = 20;
/** After a step that failed, in milliseconds. */
const pauseAfterFailure = 5_000;

export interface Purger {
  /** Begins, or begins again, until there is nothing left to delete. */
  start(): void;
  /** Resolves when no step runs and none will. */
  stop(): Promise<void>;
}

/** Deletes what wipes have hidden, step by step in the background. What a crash interrupts, the next start goes on with. */
export function purger(step: () => Promise<boolean>): Purger {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  let wanted = false;

  async function run(): Promise<void> {
    while (wanted && !stopped.signal.aborted) {
      let wait = pause;
      try {
        wanted = false;
        if (await step()) wanted = true;
      } catch {
        wanted = true;
        wait = pauseAfterFailure;
      }
      if (wanted) await delay(wait, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
    running = undefined;
  }

  return {
    start() {
      wanted = true;
      running ??= run();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** Deletes all that has expired, step by step; `assertOpen` throws to end it between two of them. */
export async function prunePass(
  database: Pick<LogDatabase, "notePrune" | "findExpired" | "pruneEvents" | "forgetKeys">,
  { events: before = {}, idempotencyKeys, clock }: Expiry,
  assertOpen: () => void,
): Promise<number> {
  if (clock !== undefined) await database.notePrune(clock);
  assertOpen();
  while (idempotencyKeys !== undefined && (await database.forgetKeys(idempotencyKeys))) {
    await delay(pause);
    assertOpen();
  }
  let pruned = 0;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const { ids, last } = await database.findExpired(before, from);
    from = last;
    if (ids.length > 0) {
      pruned += await database.pruneEvents(ids);
      await delay(pause);
    }
    assertOpen();
  }
  return pruned;
}
