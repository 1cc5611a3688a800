import { setTimeout as delay } from "node:timers/promises";
import type { RecordedEvent } from "../../../core/index.ts";
import type { WipeTarget } from "../../event-log.ts";
import type { Expiry } from "../../maintenance.ts";
import type { LogDatabase } from "../log-database.ts";
import { eventFromRow } from "../write/event-row.ts";
import { pauseBetweenDeletions as pause } from "./wipe/purge.ts";
import { runWipe } from "./wipe/run-wipe.ts";

/** After a step that failed, in milliseconds. */
const pauseAfterFailure = 5_000;

interface DeletionsOptions {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Throws once the log is closed, which ends a wipe or a prune between two steps. */
  readonly assertOpen: () => void;
  readonly onWipe: () => void;
}

/**
 * Everything that deletes events of a log: wipes, prunes, and the deletion in the background of what wipes have hidden.
 */
export class Deletions {
  readonly #database: LogDatabase;
  readonly #options: DeletionsOptions;
  readonly #purger: Purger;
  /** Settles when every wipe and every prune that was asked for has. */
  #settled: Promise<unknown> = Promise.resolve();
  /** The last wipe or the last step of a prune. Any other deletion outdates the plan of a wipe, so they take turns. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: LogDatabase, options: DeletionsOptions) {
    this.#database = database;
    this.#options = options;
    this.#purger = new Purger(database);
    this.#purger.start();
  }

  /** As `EventLog.wipe`. */
  async wipe(target: WipeTarget, by: string | null): Promise<RecordedEvent | undefined> {
    if ("eventId" in target && !Number.isSafeInteger(target.eventId)) return undefined;
    const { now, assertOpen, onWipe } = this.#options;
    const wiping = this.#inTurn(() => runWipe(this.#database, { target, by, now }, assertOpen));
    this.#settled = Promise.allSettled([this.#settled, wiping]);
    const trace = await wiping;
    if (trace === undefined) return undefined;
    onWipe();
    this.#purger.start();
    return eventFromRow(trace);
  }

  /** As `EventLog.prune`. */
  prune(expiry: Expiry): Promise<number> {
    const pruning = this.#prune(expiry);
    this.#settled = Promise.allSettled([this.#settled, pruning]);
    return pruning;
  }

  /** Resolves when nothing is deleted any more. */
  async close(): Promise<void> {
    await this.#settled;
    await this.#purger.stop();
  }

  async #prune({ events: before = {}, idempotencyKeys, clock }: Expiry): Promise<number> {
    const database = this.#database;
    const { assertOpen } = this.#options;
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
        pruned += await this.#inTurn(() => database.pruneEvents(ids));
        await delay(pause);
      }
      assertOpen();
    }
    return pruned;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** Deletes what wipes have hidden, step by step in the background. After a crash the next start continues. */
class Purger {
  readonly #database: Pick<LogDatabase, "findHidden" | "deleteHidden">;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #isWanted = false;

  constructor(database: Pick<LogDatabase, "findHidden" | "deleteHidden">) {
    this.#database = database;
  }

  /** Runs until nothing is left to delete. */
  start(): void {
    this.#isWanted = true;
    this.#running ??= this.#run();
  }

  /** Resolves when no step runs and none will. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (this.#isWanted && !signal.aborted) {
      let wait = pause;
      try {
        this.#isWanted = false;
        const found = await this.#database.findHidden();
        if (found.length > 0) {
          this.#isWanted = true;
          await this.#database.deleteHidden(found);
        }
      } catch {
        this.#isWanted = true;
        wait = pauseAfterFailure;
      }
      if (this.#isWanted) await delay(wait, undefined, { signal, ref: false }).catch(() => {});
    }
    this.#running = undefined;
  }
}
