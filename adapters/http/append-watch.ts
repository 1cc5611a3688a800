import type { RunlessEventType } from "../../core/index.ts";
import { type EventLog, EventLogError, type Unit, type UnitResult } from "../../storage/index.ts";
import { cached } from "./cached.ts";

export type AppendOutcome = "recorded" | "duplicate" | "conflict" | "failed" | "overloaded" | "unavailable" | "unknown";

/** What became of the events that were reported, and what of them waits for its commit. */
export interface AppendWatch {
  /** The log, with its appends watched. */
  readonly log: EventLog;
  counts(): Readonly<Record<RunlessEventType, Readonly<Record<AppendOutcome, number>>>>;
  /** Events without an answer yet, and how many milliseconds the first of them has waited. */
  queue(): { readonly events: number; readonly oldest: number };
  /** Whether something was refused within the last second because too much waited. */
  isOverloaded(): boolean;
  /** Where the last commit failed, tries whether the next would. Rejects where it would. */
  assertRecording(): Promise<void>;
}

const second = 1000;

export function watchAppends(log: EventLog): AppendWatch {
  const counts = {
    ASSET_MATERIALIZATION: noCounts(),
    ASSET_OBSERVATION: noCounts(),
    ASSET_CHECK_EVALUATION: noCounts(),
  };
  const waiting = new Set<{ readonly events: number; readonly since: number }>();
  let events = 0;
  let hasFailed = false;
  let overloadedAt = Number.NEGATIVE_INFINITY;

  // Anybody may ask, and it writes.
  const probe = cached(() => log.probe(), second);

  function count(units: readonly Unit[], outcomeOf: (unit: number, event: number) => AppendOutcome): void {
    units.forEach((unit, u) => {
      unit.forEach(({ event }, e) => {
        counts[event.type][outcomeOf(u, e)]++;
      });
    });
  }

  function settled(units: readonly Unit[], results: readonly UnitResult[]): void {
    hasFailed = false;
    count(units, (u, e) => {
      const result = results[u];
      if (result?.status !== "recorded") return result?.status ?? "failed";
      return result.events[e]?.duplicate === true ? "duplicate" : "recorded";
    });
  }

  function failed(units: readonly Unit[], error: unknown): void {
    const outcome = outcomeOf(error);
    if (outcome === "overloaded") overloadedAt = performance.now();
    else hasFailed = true;
    count(units, () => outcome);
  }

  return {
    log: {
      ...log,
      append: (units, options) => {
        const entry = { events: units.reduce((sum, unit) => sum + unit.length, 0), since: performance.now() };
        waiting.add(entry);
        events += entry.events;
        const leave = () => {
          waiting.delete(entry);
          events -= entry.events;
        };
        // Not awaited: each layer that does costs every report a turn of the event loop's queue.
        return log.append(units, options).then(
          (results) => {
            leave();
            settled(units, results);
            return results;
          },
          (error) => {
            leave();
            failed(units, error);
            throw error;
          },
        );
      },
    },
    counts: () => counts,
    queue: () => {
      const [oldest] = waiting;
      return { events, oldest: oldest === undefined ? 0 : performance.now() - oldest.since };
    },
    isOverloaded: () => performance.now() - overloadedAt < second,
    assertRecording: async () => {
      if (!hasFailed) return;
      await probe();
      hasFailed = false;
    },
  };
}

function noCounts(): Record<AppendOutcome, number> {
  return { recorded: 0, duplicate: 0, conflict: 0, failed: 0, overloaded: 0, unavailable: 0, unknown: 0 };
}

function outcomeOf(error: unknown): AppendOutcome {
  if (!(error instanceof EventLogError) || error.code === "unknown_outcome") return "unknown";
  return error.code === "overloaded" ? "overloaded" : "unavailable";
}
