import type { WatchLease } from "../../../storage/index.ts";
import type { ClockReading } from "../clocks.ts";

const second = 1000;
const minute = 60 * second;

/** After a longer gap in judging, nothing gets worse for a while: events may still be on their way. */
const longestGap = minute;
/** A clock that is further behind is followed after a while. */
const tolerance = 10 * minute;
/** A step of the clock that is worth a warning. */
const largeStep = 5 * minute;

/** The time at which states are judged. */
interface JudgingTime {
  readonly at: number;
  /** No state gets worse before this time. Null: states may get worse. */
  readonly settleUntil: number | null;
  /** How far the system's clock jumped since the last reading, if that is worth a warning; else 0. */
  readonly jump: number;
}

export interface JudgingOptions {
  /** How long nothing gets worse after a gap, and how long a clock that is behind must hold, in milliseconds. */
  readonly settle: number;
  /** What counts as a gap, in milliseconds. Default: a minute. */
  readonly gap?: number | undefined;
}

/**
 * Says at which time states are judged: the time of the clock, but never an earlier time than the last one. So no
 * failure ends when the clock is set back, or when a server whose clock is behind takes over. A clock more than 10
 * minutes behind is followed once it has been so for the settling time. After a gap (a stop, a sleep, a step ahead)
 * nothing gets worse for the settling time. A restart within that time does not begin it again.
 */
export class JudgingClock {
  readonly #options: JudgingOptions;
  #evaluatedUntil: number | null;
  #settleUntil: number | null;
  /** When the clock was first seen to be far behind. */
  #behindSince: number | undefined;
  #last: ClockReading | undefined;

  constructor(
    { evaluatedUntil, settleUntil }: Pick<WatchLease, "evaluatedUntil" | "settleUntil">,
    options: JudgingOptions,
  ) {
    this.#evaluatedUntil = evaluatedUntil;
    this.#settleUntil = settleUntil;
    this.#options = options;
  }

  judge(reading: ClockReading): JudgingTime {
    const { now } = reading;
    const at = this.#judgingTime(reading);
    if (this.#settleUntil !== null && at >= this.#settleUntil) this.#settleUntil = null;
    this.#evaluatedUntil = at;
    const jump = this.#last === undefined ? 0 : now - this.#last.now - (reading.elapsed - this.#last.elapsed);
    this.#last = reading;
    return { at, settleUntil: this.#settleUntil, jump: Math.abs(jump) > largeStep ? jump : 0 };
  }

  #judgingTime(reading: ClockReading): number {
    const { now } = reading;
    const { settle, gap = longestGap } = this.#options;
    const until = this.#evaluatedUntil;
    if (until === null) return now;
    if (now >= until) {
      this.#behindSince = undefined;
      const isSettling = this.#settleUntil !== null && this.#settleUntil > now;
      if (now - until > gap && !isSettling) this.#settleUntil = now + settle;
      return now;
    }
    if (until - now <= tolerance) {
      this.#behindSince = undefined;
      return until;
    }
    this.#behindSince ??= reading.elapsed;
    if (reading.elapsed - this.#behindSince < settle) return until;
    this.#behindSince = undefined;
    if (this.#settleUntil !== null) this.#settleUntil = Math.min(this.#settleUntil, now + settle);
    return now;
  }
}
