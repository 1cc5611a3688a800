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

type AppendOutcome = "recorded" | "duplicate" | "conflict" | "failed" | "overloaded" | "unavailable" | "unknown";

interface Waiting {
  readonly events: number;
  readonly since: number;
}

const second = 1000;

/** Counts the outcomes of appends to a log, and the events that wait for their commit. */
export class InstrumentedAppends {
  readonly #log: Pick<ServedLog, "append" | "probe">;
  readonly #counts = {
    ASSET_MATERIALIZATION: noCounts(),
    ASSET_OBSERVATION: noCounts(),
    ASSET_CHECK_EVALUATION: noCounts(),
  };
  readonly #waiting = new Set<Waiting>();
  #events = 0;
  #failures = 0;
  /** How many of the failures came before the last probe that succeeded. */
  #overcome = 0;
  #overloadedAt = Number.NEGATIVE_INFINITY;
  /** Shared by all who ask meanwhile: anybody may ask, and a probe writes. */
  #probe: { readonly after: number; readonly outcome: Promise<void> } | undefined;

  constructor(log: Pick<ServedLog, "append" | "probe">) {
    this.#log = log;
  }

  /** Appends to the log. A property, so that it can be passed on by itself. */
  readonly append: EventLog["append"] = (units, options) =>
    this.#instrument(
      countOf(units),
      this.#log.append(units, options),
      (outcome) => this.#countUnits(units, outcome),
      outcomesOf,
    );

  /** Instruments an append of units that another thread encoded. */
  readonly encoded = (append: AppendEncoded): AppendEncoded => {
    const counts = this.#counts;
    return (encoded, options) =>
      this.#instrument(
        encoded.events,
        append(encoded, options),
        (outcome) => eachEncoded(encoded, (type, unit, event) => counts[type][outcome(unit, event)]++),
        (answer) => ("units" in answer ? outcomesOf(answer.units) : () => "recorded"),
      );
  };

  counts(): Readonly<Record<RunlessEventType, Readonly<Record<AppendOutcome, number>>>> {
    return this.#counts;
  }

  /** The events that wait for their commit, and how many milliseconds the first of them has waited. */
  queue(): { readonly events: number; readonly oldest: number } {
    const [oldest] = this.#waiting;
    return { events: this.#events, oldest: oldest === undefined ? 0 : performance.now() - oldest.since };
  }

  /** Whether an append was refused within the last second because the queue was full. */
  isOverloaded(): boolean {
    return performance.now() - this.#overloadedAt < second;
  }

  /**
   * After an append that failed, checks that the next one would succeed, and rejects if not. Smaller appends that
   * succeeded since prove nothing: a nearly full disk takes one report, but not the eight of a group.
   */
  async assertRecording(): Promise<void> {
    const after = this.#failures;
    if (after === this.#overcome) return;
    if (this.#probe?.after !== after) this.#probe = { after, outcome: this.#log.probe() };
    const mine = this.#probe;
    try {
      await mine.outcome;
      this.#overcome = Math.max(this.#overcome, after);
    } finally {
      if (this.#probe === mine) this.#probe = undefined;
    }
  }

  /** Not async: another promise would cost every report a turn of the microtask queue. */
  #instrument<Answer>(
    size: number,
    appending: Promise<Answer>,
    count: (outcome: Outcomes) => void,
    outcomes: (answer: Answer) => Outcomes,
  ): Promise<Answer> {
    const entry: Waiting = { events: size, since: performance.now() };
    this.#waiting.add(entry);
    this.#events += size;
    return appending.then(
      (answer) => {
        this.#leave(entry);
        count(outcomes(answer));
        return answer;
      },
      (error) => {
        this.#leave(entry);
        const outcome = outcomeOfFailure(error);
        if (outcome === "overloaded") this.#overloadedAt = performance.now();
        else this.#failures++;
        count(() => outcome);
        throw error;
      },
    );
  }

  #leave(entry: Waiting): void {
    this.#waiting.delete(entry);
    this.#events -= entry.events;
  }

  #countUnits(units: readonly Unit[], outcome: Outcomes): void {
    for (let u = 0; u < units.length; u++) {
      const unit = units[u] ?? [];
      for (let e = 0; e < unit.length; e++) {
        const type = unit[e]?.event.type;
        if (type !== undefined) this.#counts[type][outcome(u, e)]++;
      }
    }
  }
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
