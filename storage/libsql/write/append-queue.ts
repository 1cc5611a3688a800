import type { Commit } from "../../event-log.ts";
import { type Committed, GroupCommit, type Load } from "../../group-commit/group-commit.ts";
import type { LogDatabase } from "../log-database.ts";
import { sharedSize } from "./details-references.ts";
import { withReporters } from "./encode-units.ts";
import {
  type EncodedUnits,
  type GroupResult,
  joinSizes,
  joinTexts,
  type Rows,
  rowsSize,
  type SharedDetails,
  type Sizes,
  splitResult,
} from "./group.ts";

export interface AppendQueueOptions {
  /** How much may wait to be recorded. */
  readonly queue: Load;
  /** How many groups may be sent to the database before the first is answered. */
  readonly groupsAtOnce: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Throws once nothing more may be appended. */
  readonly assertOpen: () => void;
  readonly onCommit: (commit: Commit) => void;
}

/** Units that wait for their commit, and what their append answers then. */
interface QueuedUnits {
  readonly units: EncodedUnits;
  answer(result: GroupResult, units: EncodedUnits): unknown;
}

/** Gathers units into groups, each of which the database commits in one transaction. */
export class AppendQueue {
  readonly #database: Pick<LogDatabase, "write">;
  readonly #options: AppendQueueOptions;
  readonly #commits: GroupCommit<QueuedUnits, unknown>;

  constructor(database: Pick<LogDatabase, "write">, options: AppendQueueOptions) {
    this.#database = database;
    this.#options = options;
    const { queue, groupsAtOnce: atOnce } = options;
    this.#commits = new GroupCommit((items) => this.#commit(items), queue, { atOnce, nextTurn });
  }

  /**
   * Resolves with the answer once the units are durable. `encode` is called only if they have space in the queue.
   * Not async: each further promise costs every report a turn of the microtask queue.
   */
  add<Answer>(
    encode: () => EncodedUnits,
    answer: (result: GroupResult, units: EncodedUnits) => Answer,
    waitWhenFull: boolean,
  ): Promise<Answer> {
    try {
      this.#options.assertOpen();
      if (!waitWhenFull) this.#commits.assertSpace();
      const units = encode();
      const load = { events: units.events, bytes: rowsSize(units.rows) + sharedSize(units.shared) };
      return this.#commits.add({ units, answer }, load, waitWhenFull) as Promise<Answer>; // each item's result is its own answer
    } catch (error) {
      return Promise.reject<Answer>(error);
    }
  }

  /** Resolves when all that was accepted is committed. */
  close(): Promise<void> {
    return this.#commits.close();
  }

  async #commit(items: readonly QueuedUnits[]): Promise<Committed<unknown>> {
    const rows: Rows[] = [];
    const sizes: Sizes[] = [];
    let [events, keyed, checks] = [0, false, false];
    let shared: SharedDetails | undefined;
    const reportedBy = items[0]?.units.reportedBy;
    const isOfOne = items.every(({ units }) => units.reportedBy === reportedBy);
    for (const { units: given } of items) {
      const units = isOfOne ? given : withReporters(given);
      if (units.shared !== undefined) shared = { ...shared, ...units.shared };
      rows.push(units.rows);
      sizes.push(units.sizes);
      events += units.events;
      keyed ||= units.keyed;
      checks ||= units.checks;
    }
    const group = {
      rows: joinTexts(rows),
      sizes: joinSizes(sizes),
      keyed,
      checks,
      shared,
      reportedBy: isOfOne ? reportedBy : undefined,
    };
    const started = performance.now();
    const written = await this.#database.write({ ...group, now: this.#options.now() });
    this.#options.onCommit({ events, milliseconds: performance.now() - started });
    const split = splitResult(written);
    const results = items.map(({ units, answer }) => answer(split(units), units));
    return { results, milliseconds: written.milliseconds };
  }
}

// Some Worker runtimes have no setImmediate.
const nextTurn = globalThis.setImmediate && ((work: () => void) => void setImmediate(work));
