import type { RunlessEventType } from "../../../core/index.ts";
import {
  type AppendEncoded,
  type EventLog,
  EventLogError,
  eachEncoded,
  type Unit,
  type UnitResult,
} from "../../../storage/index.ts";
import type { ServedLog } from "../served-log.ts";

export type AppendOutcome = "recorded" | "duplicate" | "conflict" | "failed" | "overloaded" | "unavailable" | "unknown";

/** What became of the events that were reported, and what of them waits for its commit. */
export interface InstrumentedAppends {
  /** Appends to the log, watched. */
  readonly append: EventLog["append"];
  /** An append of units that another thread encoded, watched as the log's own. */
  encoded(append: AppendEncoded): AppendEncoded;
  counts(): Readonly<Record<RunlessEventType, Readonly<Record<AppendOutcome, number>>>>;
  /** Events without an answer yet, and how many milliseconds the first of them has waited. */
  queue(): { readonly events: number; readonly oldest: number };
  /** Whether something was refused within the last second because too much waited. */
  isOverloaded(): boolean;
  /**
   * After a commit that failed, tries whether the next would, and rejects where it would. That smaller ones pass since
   * proves nothing: what is left of a full disk takes one report, and not the eight of a group.
   */
  assertRecording(): Promise<void>;
}

interface Waiting {
  readonly events: number;
  readonly since: number;
}

const second = 1000;

export function instrumentAppends(log: Pick<ServedLog, "append" | "probe">): InstrumentedAppends {
  const counts = {
    ASSET_MATERIALIZATION: noCounts(),
    ASSET_OBSERVATION: noCounts(),
    ASSET_CHECK_EVALUATION: noCounts(),
  };
  const waiting = new Set<Waiting>();
  let events = 0;
  let failures = 0;
  /** How many of the failures came before the last probe that passed. */
  let overcome = 0;
  let overloadedAt = Number.NEGATIVE_INFINITY;
  /** One for all who ask meanwhile: anybody may, and it writes. */
  let trial: { readonly after: number; readonly outcome: Promise<void> } | undefined;

  function leave(entry: Waiting): void {
    waiting.delete(entry);
    events -= entry.events;
  }

  /** Not async: each layer that waits costs every report a turn of the event loop's queue. */
  function watched<Answer>(
    size: number,
    appending: Promise<Answer>,
    note: (outcome: Outcomes) => void,
    outcomes: (answer: Answer) => Outcomes,
  ): Promise<Answer> {
    const entry: Waiting = { events: size, since: performance.now() };
    waiting.add(entry);
    events += size;
    return appending.then(
      (answer) => {
        leave(entry);
        note(outcomes(answer));
        return answer;
      },
      (error) => {
        leave(entry);
        const outcome = outcomeOfFailure(error);
        if (outcome === "overloaded") overloadedAt = performance.now();
        else failures++;
        note(() => outcome);
        throw error;
      },
    );
  }

  function noteUnits(units: readonly Unit[], outcome: Outcomes): void {
    for (let u = 0; u < units.length; u++) {
      const unit = units[u] ?? [];
      for (let e = 0; e < unit.length; e++) {
        const type = unit[e]?.event.type;
        if (type !== undefined) counts[type][outcome(u, e)]++;
      }
    }
  }

  return {
    append: (units, options) =>
      watched(countOf(units), log.append(units, options), (outcome) => noteUnits(units, outcome), outcomesOf),
    encoded: (append) => (encoded, options) =>
      watched(
        encoded.events,
        append(encoded, options),
        (outcome) => eachEncoded(encoded, (type, unit, event) => counts[type][outcome(unit, event)]++),
        (answer) => ("units" in answer ? outcomesOf(answer.units) : () => "recorded"),
      ),
    counts: () => counts,
    queue: () => {
      const [oldest] = waiting;
      return { events, oldest: oldest === undefined ? 0 : performance.now() - oldest.since };
    },
    isOverloaded: () => performance.now() - overloadedAt < second,
    assertRecording: async () => {
      const after = failures;
      if (after === overcome) return;
      if (trial?.after !== after) trial = { after, outcome: log.probe() };
      const mine = trial;
      try {
        await mine.outcome;
        overcome = Math.max(overcome, after);
      } finally {
        if (trial === mine) trial = undefined;
      }
    },
  };
}

function noCounts(): Record<AppendOutcome, number> {
  return { recorded: 0, duplicate: 0, conflict: 0, failed: 0, overloaded: 0, unavailable: 0, unknown: 0 };
}

function countOf(units: readonly Unit[]): number {
  let events = 0;
  for (const unit of units) events += unit.length;
  return events;
}

type Outcomes = (unit: number, event: number) => AppendOutcome;

function outcomesOf(results: readonly UnitResult[]): Outcomes {
  return (unit, event) => outcomeOf(results[unit], event);
}

function outcomeOf(result: UnitResult | undefined, event: number): AppendOutcome {
  if (result?.status !== "recorded") return result?.status ?? "failed";
  return result.events[event]?.duplicate === true ? "duplicate" : "recorded";
}

function outcomeOfFailure(error: unknown): AppendOutcome {
  if (!(error instanceof EventLogError) || error.code === "unknown_outcome") return "unknown";
  return error.code === "overloaded" ? "overloaded" : "unavailable";
}
