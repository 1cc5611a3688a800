import { unitOutcome } from "../../../storage/append-event.ts";
import type { UnitResult } from "../../../storage/index.ts";
import type { EventBatch, LineError } from "./event-batch.ts";

/** Counts what became of the lines of an import. */
export interface ImportTally {
  /** Counts a batch that the log has answered. `results` has the order of its units. */
  settled(batch: EventBatch, results: readonly (UnitResult | undefined)[]): void;
  /** Counts a batch whose outcome is unknown because the log failed. */
  lost(batch: EventBatch): void;
  counts(): ImportCounts;
  lastDurableLine(): number;
}

/**
 * `received`, `failed` and `skipped` count lines, `recorded` and `duplicates` events: a line with `partitions` has
 * several.
 */
interface ImportCounts {
  readonly received: number;
  readonly recorded: number;
  readonly duplicates: number;
  readonly failed: number;
  /** Traces of wipes. */
  readonly skipped: number;
  /** The errors of the first lines that failed. */
  readonly errors: readonly LineError[];
}

/** How many errors an import lists. */
export const mostErrors = 100;

/** Batches must be counted in the order of their lines: the first errors are kept. */
export function tallyImport(): ImportTally {
  const counted = { received: 0, recorded: 0, duplicates: 0, failed: 0, skipped: 0 };
  const errors: LineError[] = [];
  let lastDurableLine = 0;
  let unbroken = true;

  function list(wrong: readonly LineError[]): void {
    for (const error of wrong.slice(0, mostErrors - errors.length)) errors.push(error);
  }

  return {
    settled(batch, results) {
      const wrong: LineError[] = [...batch.errors];
      for (const [i, line] of batch.units.entries()) {
        const outcome = unitOutcome(line.unit, results[i]);
        if (outcome.status === "recorded") {
          for (const { duplicate } of outcome.events) counted[duplicate ? "duplicates" : "recorded"]++;
        } else {
          const { status, reason } = outcome;
          const error = status === "conflict" ? reason : `The event can't be stored: ${reason}`;
          wrong.push({ line: line.line, error });
        }
      }
      counted.received += batch.received;
      counted.skipped += batch.skipped;
      counted.failed += wrong.length + batch.unlisted;
      if (errors.length < mostErrors) list(wrong.sort((a, b) => a.line - b.line));
      if (unbroken) lastDurableLine = batch.lastLine;
    },
    lost(batch) {
      counted.received += batch.received;
      counted.skipped += batch.skipped;
      counted.failed += batch.errors.length + batch.unlisted;
      list(batch.errors);
      unbroken = false;
    },
    counts: () => ({ ...counted, errors }),
    lastDurableLine: () => lastDurableLine,
  };
}
