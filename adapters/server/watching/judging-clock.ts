import type { WatchLease } from "../../../storage/index.ts";
import type { ClockReading } from "../clocks.ts";

const second = 1000;
const minute = 60 * second;

/** Judging that stood still for longer goes on carefully: what should have come meanwhile may still be on its way. */
const longestGap = minute;
/** A clock that is further behind is believed after a while. */
const tolerance = 10 * minute;
/** A step of the clock that is worth a warning. */
const largeStep = 5 * minute;

/** By which time states are judged. */
interface JudgingTime {
  readonly at: number;
  /** Until then nothing gets worse. */
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
 * Tells by which time states are judged: the clock, but never earlier than what was judged last, so that nothing un-fails
 * when the clock jumps back, or when a server whose clock is behind takes over. A clock more than 10 minutes behind is
 * believed once it has held for the settling time. After a gap (a stop, a sleep, a step ahead) nothing gets worse for the
 * settling time since the first start: a restart meanwhile begins no new one.
 */
export class JudgingClock {
  readonly #options: JudgingOptions;
  #evaluatedUntil: number | null;
  #settleUntil: number | null;
  /** When a clock that is far behind was seen first. */
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
